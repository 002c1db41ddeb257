// Pieces that several cards share.

import { html, nothing, type TemplateResult } from "lit";
import { money } from "../format";
import type { AmountLine } from "../protocol";
import type { Decided } from "../timeline";
import type { CardContext } from "./context";

/** Labels left, amounts right in tabular figures, as on a bank's statement. */
export function amounts(lines: readonly AmountLine[], language: string): TemplateResult {
  return html`<dl class="lines">
    ${lines.map((line) => html`<div><dt lang="zh-CN">${line.label}</dt><dd>${money(line.amount_fen, line.amount, language)}</dd></div>`)}
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

/** Sentences of the server, one under the other: what a decision does. */
export function points(lines: readonly string[]): TemplateResult {
  return html`<ul class="points" lang="zh-CN">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

/** What came of a decision: how it is coloured, and the words that stand in the place of its buttons. */
function resultOf({ t, message, paused }: CardContext, { title, outcome }: Decided): [tone: string, words: string] {
  if (paused) return ["wait", t.stepUpPaused];
  switch (outcome?.type) {
    case "receipt": return ["good", t.receipt[outcome.kind] ?? t.receipt.settle!];
    case "status": return outcome.state === "checking" ? ["wait", t.checking] : ["bad", t.declined];
    case "error": return ["bad", t.error];
    case "lapsed": return ["", t.lapsed];
    case "quote":
      if (message.custom?.type === "quote") return ["wait", outcome.total === message.custom.total ? t.askedAgain : t.changed];
      break;
    case "close_decision":
      if (message.custom?.type === "close_decision") return ["wait", t.lapsed]; // asked again: only a press decides
  }
  return ["", title ? t.chosen(title) : t.lapsed];
}

/** The choices of a decision, all of equal weight; once taken, what came of it stands in their place. */
export function choices(context: CardContext, open = true): TemplateResult | typeof nothing {
  const { t, language, decided, underWay, message, live, settling } = context;
  const buttons = message.buttons ?? [];
  if (!buttons.length) return nothing;
  if (decided && !underWay) {
    const [tone, words] = resultOf(context, decided);
    return html`<p class="outcome ${tone}">${words}</p>`;
  }
  if (!open && !underWay) return nothing;
  return html`<div class="choices" aria-busy=${underWay ? "true" : "false"}>
    ${buttons.map((button) => {
      const chosen = underWay && decided?.title === button.title;
      return html`<button
        lang="zh-CN"
        class=${chosen ? "chosen" : settling ? "settling" : ""}
        ?disabled=${underWay || settling || !live.includes(button)}
        @click=${() => context.press(button)}
      >${button.title}${chosen ? html`<span class="quiet" lang=${language}>${t.working}</span>` : nothing}</button>`;
    })}
  </div>`;
}
