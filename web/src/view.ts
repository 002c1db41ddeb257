// The conversation as templates. Everything a person or the server wrote becomes text nodes, never markup, and is marked
// as Chinese, also where the widget itself speaks English.

import { html, nothing, type TemplateResult } from "lit";
import { besideCard, cardView } from "./cards/index";
import type { CardContext, StepUpState } from "./cards/context";
import { rating } from "./cards/rating";
import type { LinkState } from "./connection";
import { chatTime, pieces } from "./format";
import type { Button, ServerMessage } from "./protocol";
import type { Ratings } from "./ratings";
import type { Entry, Store } from "./store";
import type { Strings } from "./strings";
import {
  changedFrom, decided, holdsButtons, isRepeatAfterStepUp, isUnderWay, liveButtons, offersLogin, startsNewTime,
} from "./timeline";

export interface Acts {
  press(button: Button): void;
  say(text: string): void;
  retry(id: string): void;
  remove(id: string): void;
  login(): void;
  verify(): void;
  stepUpState(entries: readonly Entry[], index: number): StepUpState;
  /** Whether this message appeared so lately that a click may have been meant for something else. */
  settling(message: ServerMessage): boolean;
}

export interface Scene {
  t: Strings;
  language: string;
  store: Store;
  link: LinkState;
  acts: Acts;
  ratings: Ratings;
}

export function conversation(scene: Scene): TemplateResult {
  const entries = scene.store.entries();
  const indexed = entries.map((entry, index) => ({ entry, index }));
  const shown = indexed.filter(({ index }) => !isRepeatAfterStepUp(entries, index));
  return html`${shown.map(({ entry, index }) => html`
    ${startsNewTime(entries, index)
      ? html`<p class="when"><time datetime=${entry.message.at ?? ""}>${chatTime(entry.message.at, scene.language, scene.store.serverTime())}</time></p>`
      : nothing}
    ${entry.role === "user" ? mine(scene, entry, index === entries.length - 1) : theirs(scene, entries, index)}
  `)}`;
}

export function welcome({ t, acts }: Scene): TemplateResult {
  return html`<div class="welcome">
    <h3>${t.welcome}</h3>
    <p>${t.welcomeHint}</p>
    <div class="replies">
      ${t.starters.map(([shown, text]) => html`<button @click=${() => acts.say(text)}>${shown}</button>`)}
    </div>
  </div>`;
}

function bubble(text: string): TemplateResult {
  const parts = pieces(text).map((piece) =>
    piece.href ? html`<a href=${piece.href} target="_blank" rel="noopener noreferrer">${piece.text}</a>` : piece.text);
  return html`<p class="bubble" lang="zh-CN">${parts}</p>`;
}

function mine(scene: Scene, entry: Entry, last: boolean): TemplateResult {
  return html`<div class="turn user">${bubble(entry.message.text ?? "")} ${delivery(scene, entry, last)}</div>`;
}

function delivery({ t, link, acts }: Scene, { outgoing }: Entry, last: boolean): TemplateResult | typeof nothing {
  if (!outgoing) return last ? html`<p class="state" aria-live="off">${t.sent}</p>` : nothing;
  if (outgoing.state === "sending") {
    const why = link === "online" ? t.sending : link === "refused" ? t.notLoggedIn : t.waiting;
    return html`<p class="state" aria-live="off">${why}</p>`;
  }
  return html`<p class="state failed">${outgoing.reason ? html`<span lang="zh-CN">${outgoing.reason}</span>` : t.failed}
    <button @click=${() => acts.retry(outgoing.id)}>${t.retry}</button>
    <button @click=${() => acts.remove(outgoing.id)}>${t.remove}</button>
  </p>`;
}

function theirs(scene: Scene, entries: readonly Entry[], index: number): TemplateResult {
  const { t, language, store, acts } = scene;
  const message = entries[index]!.message;
  const live = liveButtons(entries, index);
  const answered = isUnderWay(entries, index);
  const last = entries.length - 1;
  const paused = answered && entries[last]?.message.custom?.type === "step_up" && acts.stepUpState(entries, last) !== "waiting";
  const context: CardContext = {
    t, language, message, live, paused,
    decided: decided(entries, index),
    underWay: answered && !paused,
    settling: acts.settling(message),
    changedFrom: changedFrom(entries, index),
    stepUp: acts.stepUpState(entries, index),
    secondsLeft: (seconds) => store.secondsLeft(message, seconds),
    press: acts.press, say: acts.say, login: acts.login, verify: acts.verify,
  };
  const inCard = holdsButtons(message.custom);
  const said = besideCard(message);
  return html`<div class="turn">
    ${said ? bubble(said) : nothing}
    ${message.custom && !offersLogin(message) ? cardView(message.custom, context) : nothing}
    ${live.length && !inCard
      ? html`<div class="replies">
          ${live.map((button) => html`<button lang="zh-CN" @click=${() => acts.press(button)}>${button.title}</button>`)}
        </div>`
      : nothing}
    ${rated(scene, entries, index)}
  </div>`;
}

function rated({ t, ratings }: Scene, entries: readonly Entry[], index: number): TemplateResult | typeof nothing {
  const state = ratings.state(entries, index);
  const { seq, rated: helped } = entries[index]!.message;
  if (!state) return nothing;
  return rating({
    t, state, helped,
    rate: (yes) => void ratings.rate(seq, yes),
    finish: (words) => void ratings.finish(seq, helped === true, words),
  });
}
