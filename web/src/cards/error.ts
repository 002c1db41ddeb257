import { html } from "lit";
import type { ErrorCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

export const error: View<ErrorCard> = (card, { t }) => html`
  <section class="card bad" aria-label=${t.error}>
    <h3>${t.error}</h3>
    ${facts([{ label: t.reference, value: card.reference }])}
  </section>
`;
