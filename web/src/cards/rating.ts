import { html, nothing, type TemplateResult } from "lit";
import type { Strings } from "../strings";

/** How far the question whether it helped has come; `words` while this page offers to add some. */
export interface RatingState {
  stage: "ask" | "words" | "done";
  busy?: boolean;
  failed?: boolean;
}

export interface RatingScene {
  t: Strings;
  state: RatingState;
  helped: boolean | undefined;
  rate(helped: boolean): void;
  /** The second tap: with words, or without. */
  finish(words: string): void;
}

/** Under the message that ended a journey: two taps, words if one wants to. Nothing of it is a message. */
export function rating({ t, state, helped, rate, finish }: RatingScene): TemplateResult {
  const { stage, busy, failed } = state;
  const said = failed ? t.rateFailed : stage === "ask" ? t.rating : stage === "words" ? t.rateWords : t.rated(helped!);
  const submit = (event: Event): void => {
    event.preventDefault();
    finish((event.currentTarget as HTMLFormElement).querySelector("textarea")!.value.trim());
  };
  return html`<section class="rating" aria-label=${t.rating}>
    <p>${said}</p>
    ${stage === "ask"
      ? html`<div class="replies">${[true, false].map((yes) => html`
          <button ?disabled=${busy} @click=${() => rate(yes)}>${yes ? t.helped : t.notHelped}</button>`)}</div>`
      : nothing}
    ${stage === "words"
      ? html`<form @submit=${submit}>
          <textarea rows="2" maxlength="300" aria-label=${t.rateWords} placeholder=${t.rateHint}></textarea>
          <div class="replies"><button ?disabled=${busy}>${t.rateSubmit}</button></div>
        </form>`
      : nothing}
  </section>`;
}
