import { html } from "lit";
import type { HandoffCard } from "../protocol";
import type { View } from "./context";

/** A line across the conversation: from here on a person answers, or the assistant again. */
export const handoff: View<HandoffCard> = (card, { t }) =>
  html`<p class="divider"><span>${card.state === "taken" ? t.taken : t.released}</span></p>`;
