import { html } from "lit";
import type { DebtsCard } from "../protocol";
import type { View } from "./context";
import { amounts, choices, total } from "./parts";

export const debts: View<DebtsCard> = (card, context) => html`
  <section class="card" aria-label=${context.t.debts}>
    <h3>${context.t.debts}</h3>
    ${amounts(card.lines)} ${total(context.t.debtsTotal, card.total)} ${choices(context)}
  </section>
`;
