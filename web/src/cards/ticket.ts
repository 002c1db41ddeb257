import { html } from "lit";
import { ledgerTime } from "../format";
import type { TicketCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

export const ticket: View<TicketCard> = (card, { t, language }) => html`
  <section class="card" aria-label=${t.ticket}>
    <h3>${t.ticket}</h3>
    ${facts([
      { label: t.ticketNo, value: String(card.number) },
      { label: t.state, value: t.ticketState[card.state ?? ""] ?? card.state },
      { label: t.promisedBy, value: ledgerTime(card.promised_by, language) },
    ])}
  </section>
`;
