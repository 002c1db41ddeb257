import { html } from "lit";
import { money } from "../format";
import type { StatusCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

/** A charge that has no receipt: still being checked, or declined. */
export const status: View<StatusCard> = (card, { t, language }) => {
  const title = card.state === "checking" ? t.checking : t.declined;
  return html`<section class="card ${card.state === "checking" ? "wait" : "bad"}" aria-label=${title}>
    <h3>${title}</h3>
    ${facts([
      { label: t.amount, value: money(card.amount_fen, card.amount, language) },
      { label: t.reference, value: card.reference },
    ])}
  </section>`;
};
