import { html } from "lit";
import type { CloseDecisionCard } from "../protocol";
import type { View } from "./context";
import { choices } from "./parts";

/** What closing does, in full, above the two buttons. */
export const closeDecision: View<CloseDecisionCard> = (card, context) => html`
  <section class="card" aria-label=${context.t.closeDecision}>
    <h3>${context.t.closeDecision}</h3>
    <ul class="points">${card.lines.map((line) => html`<li>${line}</li>`)}</ul>
    ${choices(context)}
  </section>
`;
