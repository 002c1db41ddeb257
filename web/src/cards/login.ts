import { html } from "lit";
import type { LoginCard } from "../protocol";
import type { View } from "./context";

/** Login belongs to the host page; the card only asks for it. */
export const login: View<LoginCard> = (_card, context) => html`
  <section class="card" aria-label=${context.t.login}>
    <h3>${context.t.login}</h3>
    <div class="choices"><button @click=${() => context.login()}>${context.t.loginButton}</button></div>
  </section>
`;
