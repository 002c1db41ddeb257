import { html, nothing } from "lit";
import { ledgerTime, money } from "../format";
import { save } from "../picture";
import type { ReceiptCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

/** Proof of what was done: its numbers can be copied, and the whole kept as a picture. A button says when it has done so. */
export const receipt: View<ReceiptCard> = (card, { t, language }) => {
  const title = t.receipt[card.kind] ?? t.receipt.settle!;
  const amount = card.kind === "close" ? "" : money(card.amount_fen, card.amount, language);
  const known = [
    { label: t.receiptNo, value: card.receipt },
    { label: t.closeReceiptNo, value: card.close_receipt },
    { label: t.time, value: ledgerTime(card.at, language) },
  ];
  const numbers = [card.receipt, card.close_receipt].filter(Boolean).join("\n");
  const sheet = {
    title: `${t.title} · ${title}`,
    rows: [{ label: t.amountPaid, value: amount }, ...known].flatMap(({ label, value }) => (value ? [[label, value] as const] : [])),
    foot: t.pictureFoot,
    name: `yuefu-${numbers.split("\n")[0]}.png`,
  };
  return html`<section class="card receipt" aria-label=${title}>
    <h3><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10.5 8.2 15 16 6" /></svg>${title}</h3>
    ${amount ? html`<p class="total first"><span>${t.amountPaid}</span><strong>${amount}</strong></p>` : nothing}
    ${facts(known)}
    ${numbers
      ? html`<div class="choices">
          ${doing(t.copy, t.copied, async () => navigator.clipboard.writeText(numbers))} ${doing(t.picture, t.saved, () => save(sheet))}
        </div>`
      : nothing}
  </section>`;
};

/** The browser may forbid it (no secure context, a share called off): then the button stays as it is. */
function doing(todo: string, did: string, act: () => Promise<void>): ReturnType<typeof html> {
  const run = async (event: Event): Promise<void> => {
    const button = event.currentTarget as HTMLElement;
    button.classList.remove("done");
    await act().then(() => button.classList.add("done"), () => undefined);
  };
  return html`<button @click=${(event: Event) => void run(event)}>
    <span class="todo">${todo}</span><span class="did" role="status">${did}</span>
  </button>`;
}
