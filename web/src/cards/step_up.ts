import { html, nothing } from "lit";
import type { StepUpCard } from "../protocol";
import type { View } from "./context";

/** Asks the host page for a strong login. The chat itself never takes a password or a code. */
export const stepUp: View<StepUpCard> = (_card, context) => {
  const { t } = context;
  const said = { waiting: t.stepUpWaiting, failed: t.stepUpFailed, lost: t.stepUpLost, done: t.stepUpDone }[context.stepUp];
  return html`<section class="card" aria-label=${t.stepUp}>
    <h3>${t.stepUp}</h3>
    <p class="quiet" role="status">${said}</p>
    ${context.stepUp === "failed"
      ? html`<div class="choices"><button @click=${() => context.verify()}>${t.stepUpAgain}</button></div>`
      : nothing}
  </section>`;
};
