import { html, nothing } from "lit";
import { ledgerDate } from "../format";
import type { BillCard } from "../protocol";
import type { View } from "./context";
import { amounts, facts } from "./parts";

export const bill: View<BillCard> = (card, { t, language }) => html`
  <section class="card" aria-label=${t.bill(ledgerDate(card.month, language))}>
    <h3>${t.bill(ledgerDate(card.month, language))}<span class="tag ${card.state === "OVERDUE" ? "bad" : ""}">${t.billState[card.state] ?? card.state}</span></h3>
    <p class="total first"><span>${t.outstanding}</span><strong>${card.outstanding}</strong></p>
    ${facts([
      { label: t.dueOn, value: ledgerDate(card.due_on, language) },
      { label: t.minimum, value: card.minimum },
      { label: t.billTotal, value: card.total },
      { label: t.paid, value: card.paid },
    ])}
    ${card.items?.length
      ? html`<div class="under">${amounts(card.items.map((item) => ({ label: labelled(item), amount: item.amount })))}</div>`
      : nothing}
  </section>
`;

function labelled(item: { label: string; on?: string }): string {
  return item.on ? `${item.on.slice(5)} ${item.label}` : item.label;
}
