import { html } from "lit";
import { ledgerTime } from "../format";
import type { ApplicationCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

export const application: View<ApplicationCard> = (card, { t, language }) => html`
  <section class="card" aria-label=${t.application}>
    <h3>${t.application}</h3>
    ${facts([
      { label: t.applicationNo, value: card.number },
      { label: t.time, value: ledgerTime(card.at, language) },
    ])}
  </section>
`;
