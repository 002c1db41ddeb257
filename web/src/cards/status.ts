import { html } from "lit";
import type { StatusCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

/** A charge that has no receipt: still being checked, or declined. */
export const status: View<StatusCard> = (card, { t }) => {
  const title = card.state === "checking" ? t.checking : t.declined;
  return html`<section class="card ${card.state === "checking" ? "wait" : "bad"}" aria-label=${title}>
    <h3>${title}</h3>
    ${facts([
      { label: t.amount, value: card.amount },
      { label: t.reference, value: card.reference },
    ])}
  </section>`;
};
