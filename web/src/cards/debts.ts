import { html } from "lit";
import { money } from "../format";
import type { DebtsCard } from "../protocol";
import type { View } from "./context";
import { amounts, choices, total } from "./parts";

export const debts: View<DebtsCard> = (card, context) => html`
  <section class="card" aria-label=${context.t.debts}>
    <h3>${context.t.debts}</h3>
    ${amounts(card.lines, context.language)} ${total(context.t.debtsTotal, money(card.total_fen, card.total, context.language))} ${choices(context)}
  </section>
`;
