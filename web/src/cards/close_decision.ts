import { html } from "lit";
import type { CloseDecisionCard } from "../protocol";
import type { View } from "./context";
import { choices, points } from "./parts";

/** How long a button that closes is good for: `DECISION_LIFE_S` of channels/buttons.py. */
const LIFE_S = 15 * 60;

/** What closing does, in full, above the two buttons; they go when they can close nothing any more. */
export const closeDecision: View<CloseDecisionCard> = (card, context) => {
  const { t, decided, secondsLeft } = context;
  const expired = !decided && secondsLeft(LIFE_S) === 0;
  return html`<section class="card" aria-label=${t.closeDecision}>
    <h3>${t.closeDecision}</h3>
    ${points([...card.lines, ...(card.effects ?? [])])}
    ${expired ? html`<p class="outcome">${t.lapsed}</p>` : choices(context)}
  </section>`;
};
