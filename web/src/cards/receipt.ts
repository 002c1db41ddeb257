import { html, nothing } from "lit";
import { ledgerTime } from "../format";
import type { ReceiptCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

/** Proof of what was done. The numbers can be copied; the button says when they were. */
export const receipt: View<ReceiptCard> = (card, { t, language }) => {
  const numbers = [card.receipt, card.close_receipt].filter((number): number is string => Boolean(number));
  const title = t.receipt[card.kind] ?? t.receipt.settle;
  return html`<section class="card receipt" aria-label=${title}>
    <h3><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10.5 8.2 15 16 6" /></svg>${title}</h3>
    ${card.amount && card.kind !== "close" ? html`<p class="total first"><span>${t.amountPaid}</span><strong>${card.amount}</strong></p>` : nothing}
    ${facts([
      { label: t.receiptNo, value: card.receipt },
      { label: t.closeReceiptNo, value: card.close_receipt },
      { label: t.time, value: ledgerTime(card.at, language) },
    ])}
    ${numbers.length
      ? html`<div class="choices"><button
         
          @click=${(event: Event) => void copy(event.currentTarget as HTMLElement, numbers.join("\n"))}
        ><span class="todo">${t.copy}</span><span class="did" role="status">${t.copied}</span></button></div>`
      : nothing}
  </section>`;
};

/** The browser may forbid it (no secure context): then the button stays as it is and the number can be selected. */
async function copy(button: HTMLElement, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("done");
  } catch {
    button.classList.remove("done");
  }
}
