import { html, nothing } from "lit";
import { ledgerDate, money } from "../format";
import type { BillCard } from "../protocol";
import type { View } from "./context";
import { amounts, facts } from "./parts";

export const bill: View<BillCard> = (card, { t, language }) => html`
  <section class="card" aria-label=${t.bill(ledgerDate(card.month, language))}>
    <h3>${t.bill(ledgerDate(card.month, language))}<span class="tag ${card.state === "OVERDUE" ? "bad" : ""}">${t.billState[card.state] ?? card.state}</span></h3>
    <p class="total first"><span>${t.outstanding}</span><strong>${money(card.outstanding_fen, card.outstanding, language)}</strong></p>
    ${facts([
      { label: t.dueOn, value: ledgerDate(card.due_on, language) },
      { label: t.minimum, value: money(card.minimum_fen, card.minimum, language) },
      { label: t.billTotal, value: money(card.total_fen, card.total, language) },
      { label: t.paid, value: money(card.paid_fen, card.paid, language) },
    ])}
    ${card.items?.length
      ? html`<div class="under">${amounts(card.items.map((item) => ({ ...item, label: labelled(item, language) })), language)}</div>`
      : nothing}
  </section>
`;

function labelled({ label, on }: { label: string; on?: string }, language: string): string {
  return on ? `${ledgerDate(on, language, true)} ${label}` : label;
}
