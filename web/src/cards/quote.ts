import { html, nothing } from "lit";
import { countdown, money } from "../format";
import type { QuoteCard } from "../protocol";
import type { View } from "./context";
import { amounts, choices, points, total } from "./parts";

/** A fresh quote: its lines, the total, what falls away, what confirming does, and how long it holds. Expired, it can
    only be asked anew. */
export const quote: View<QuoteCard> = (card, context) => {
  const { t, language, decided } = context;
  const sum = money(card.total_fen, card.total, language);
  const left = context.secondsLeft(card.seconds_left);
  const expired = !decided && left === 0;
  const waived = card.waived ?? [];
  return html`<section class="card" aria-label=${card.close_after ? t.quoteClose : t.quote}>
    <h3>${card.close_after ? t.quoteClose : t.quote}</h3>
    ${context.changedFrom ? html`<p class="expired">${t.changedFrom(context.changedFrom, sum)}</p>` : nothing}
    ${amounts(card.lines, language)} ${total(t.total, sum)}
    ${waived.length
      ? html`<div class="waived">
          <h4>${t.waived}</h4>
          ${amounts(waived, language)}
          ${card.waived_total
            ? html`<p class="sum"><span>${t.waivedTotal}</span><span>${money(card.waived_total_fen, card.waived_total, language)}</span></p>`
            : nothing}
        </div>`
      : nothing}
    ${points(card.effects ?? [])}
    ${decided
      ? nothing
      : expired
        ? html`<p class="expired" role="status">${t.expired}</p>
            <div class="choices"><button @click=${() => context.say(card.close_after ? t.requoteCloseText : t.requoteText)}>${t.requote}</button></div>`
        : html`<p class="countdown ${left <= 60 ? "soon" : ""}">
            <span>${t.validFor}</span><time role="timer" aria-live="off">${countdown(left)}</time>
          </p>`}
    ${choices(context, !expired)}
  </section>`;
};
