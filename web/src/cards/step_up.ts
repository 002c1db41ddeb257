import { html, nothing } from "lit";
import type { StepUpCard } from "../protocol";
import type { View } from "./context";

/** Asks the host page for a strong login. The chat itself never takes a password or a code. */
export const stepUp: View<StepUpCard> = (_card, context) => {
  const { t } = context;
  if (context.stepUp === "done") return html`<p class="divider"><span>${t.stepUpDone}</span></p>`;
  const said = context.stepUp === "waiting" ? t.stepUpWaiting : t.stepUpFailed;
  return html`<section class="card" aria-label=${t.stepUp}>
    <h3>${t.stepUp}</h3>
    <p class="quiet" role="status">${said}</p>
    ${context.stepUp === "failed" || context.stepUp === "lost"
      ? html`<div class="choices"><button @click=${() => context.verify()}>${t.stepUpAgain}</button></div>`
      : nothing}
  </section>`;
};
