// Pieces that several cards share.

import { html, nothing, type TemplateResult } from "lit";
import type { AmountLine } from "../protocol";
import type { CardContext } from "./context";

/** Labels left, amounts right in tabular figures, as on a bank's statement. */
export function amounts(lines: readonly AmountLine[], kind = ""): TemplateResult {
  return html`<dl class="lines ${kind}">
    ${lines.map((line) => html`<div><dt>${line.label}</dt><dd>${line.amount}</dd></div>`)}
  </dl>`;
}

export function facts(lines: readonly { label: string; value: string | undefined }[]): TemplateResult {
  const known = lines.filter((line) => line.value);
  return html`<dl class="lines facts">
    ${known.map((line) => html`<div><dt>${line.label}</dt><dd>${line.value}</dd></div>`)}
  </dl>`;
}

export function total(label: string, amount: string): TemplateResult {
  return html`<p class="total"><span>${label}</span><strong>${amount}</strong></p>`;
}

/** The choices of a decision, all of equal weight; once taken, what was chosen stands in their place. */
export function choices(context: CardContext, open = true): TemplateResult | typeof nothing {
  const { t, decided, underWay, message, live } = context;
  const buttons = message.buttons ?? [];
  if (!buttons.length) return nothing;
  if (decided && !underWay) {
    return html`<p class="outcome">${decided.title ? t.chosen(decided.title) : t.lapsed}</p>`;
  }
  if (!open && !underWay) return nothing;
  return html`<div class="choices" aria-busy=${underWay ? "true" : "false"}>
    ${buttons.map((button) => {
      const chosen = underWay && decided?.title === button.title;
      return html`<button
       
        class=${chosen ? "chosen" : ""}
        ?disabled=${underWay || !live.includes(button)}
        @click=${() => context.press(button)}
      >${button.title}${chosen ? html`<span class="quiet">${t.working}</span>` : nothing}</button>`;
    })}
  </div>`;
}
