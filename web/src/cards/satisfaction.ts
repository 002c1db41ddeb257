import { html } from "lit";
import type { SatisfactionCard } from "../protocol";
import type { View } from "./context";
import { choices } from "./parts";

/** Two taps after a journey. The buttons are the server's; words, if any, are typed as an ordinary message. */
export const satisfaction: View<SatisfactionCard> = (_card, context) => html`
  <section class="card" aria-label=${context.t.satisfaction}>
    <h3>${context.message.text || context.t.satisfaction}</h3>
    ${choices(context)}
  </section>
`;
