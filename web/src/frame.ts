// What stands around the conversation: the launcher, the panel with its header, the state of the connection.

import { html, nothing, type TemplateResult } from "lit";
import type { LinkState, Missing } from "./connection";
import type { Strings } from "./strings";
import { withStaff } from "./timeline";
import { conversation, welcome, type Scene } from "./view";

export interface Frame {
  t: Strings;
  language: string;
  /** Null before there is a way to get a token. */
  scene: Scene | null;
  link: LinkState | Missing;
  inline: boolean;
  typing: boolean;
  /** History is being drawn and is not read out. */
  loading: boolean;
  /** There are newer messages than are scrolled to. */
  behind: boolean;
  /** What was asked before logging in, to be asked again with one tap; "" for nothing. */
  askedBefore: string;
  say(text: string): void;
  toEnd(): void;
  scrolled(): void;
  hide(): void;
  reconnect(): void;
  key(event: KeyboardEvent): void;
}

export function launcher(t: Strings, unread: number, open: () => void): TemplateResult {
  const told = unread ? t.unread(unread) : "";
  return html`<button class="launcher" aria-label=${`${t.open} ${told}`.trim()} @click=${open}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v11H10l-4 4v-4H4z" /></svg>
      ${unread ? html`<span class="badge" aria-hidden="true">${Math.min(unread, 99)}</span>` : nothing}
    </button>
    <span class="spoken" role="status">${told}</span>`;
}

export function panel(frame: Frame): TemplateResult {
  const { t, scene, say } = frame;
  const entries = scene?.store.entries() ?? [];
  return html`<section class="panel" lang=${frame.language} aria-label=${t.title} @keydown=${frame.key}>
    <header>
      <div class="name">
        <h2>${t.title}</h2>
        <p class="label">${withStaff(entries) ? t.staff : t.assistant}</p>
      </div>
      <button title=${t.humanLabel} ?disabled=${!scene} @click=${() => say(t.humanText)}>${t.human}</button>
      ${frame.inline
        ? nothing
        : html`<button class="icon" aria-label=${t.close} @click=${frame.hide}>
            <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5 5 15" /></svg>
          </button>`}
    </header>
    <div class="inner">
      ${linkState(frame)}
      <div class="scroller" tabindex="0" role="log" aria-live=${frame.loading ? "off" : "polite"} aria-relevant="additions"
        aria-label=${t.log} aria-busy=${frame.link === "online" ? "false" : "true"} @scroll=${frame.scrolled}>
        ${scene && !entries.length && !frame.askedBefore ? welcome(scene) : nothing} ${scene ? conversation(scene) : nothing}
        ${frame.askedBefore ? askedBefore(frame) : nothing}
        ${frame.typing ? html`<div class="turn"><div class="typing" aria-hidden="true"><i></i><i></i><i></i></div></div>` : nothing}
      </div>
      ${frame.behind ? html`<button class="newer" @click=${frame.toEnd}>${t.newMessages}</button>` : nothing}
      <span class="spoken" role="status">${frame.typing ? t.typing : nothing}</span>
    </div>
    <yuefu-composer .t=${t} ?inert=${!scene} @say=${(event: CustomEvent<string>) => say(event.detail)}></yuefu-composer>
  </section>`;
}

/** Said by nobody yet: whoever has logged in taps it, or does not. */
function askedBefore({ t, askedBefore, say }: Frame): TemplateResult {
  return html`<div class="turn">
    <p class="bubble">${t.loggedIn}</p>
    <div class="replies"><button lang="zh-CN" @click=${() => say(askedBefore)}>${askedBefore}</button></div>
  </div>`;
}

function linkState({ link, t, reconnect }: Frame): TemplateResult | typeof nothing {
  if (link === "online") return nothing;
  const again = link === "refused" ? html`<button @click=${reconnect}>${t.reconnect}</button>` : nothing;
  return html`<p class="link ${link}" role="status">${t[link]}${again}</p>`;
}
