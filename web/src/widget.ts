// <yuefu-chat server="…">: the element a page puts in. The page gives tokens; the widget never asks for secrets.

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import "./composer";
import type { Composer } from "./composer";
import { Connection, type Listener, type LinkState, type TokenProvider } from "./connection";
import { Follower, Settling, SETTLING_MS } from "./following";
import type { Button, ServerMessage } from "./protocol";
import { Press, stepUpIn, type StepUpProvider } from "./step_up";
import { Store, type Keep } from "./store";
import { stringsFor, type Strings } from "./strings";
import { widgetStyles } from "./styles";
import { asksOnlyForLogin, withStaff } from "./timeline";
import { conversation, welcome, type Acts, type Scene } from "./view";

const TYPING_AT_MOST_MS = 60_000;

export class YuefuChat extends LitElement {
  static override styles = widgetStyles;
  static override properties = {
    server: { type: String },
    inline: { type: Boolean, reflect: true },
    open: { type: Boolean, reflect: true },
    tokenProvider: { attribute: false },
    stepUpProvider: { attribute: false },
    loginProvider: { attribute: false },
    typing: { state: true },
  };

  declare server: string;
  declare inline: boolean;
  declare open: boolean;
  /** Gives a fresh JWT for every (re)connection. */
  declare tokenProvider: TokenProvider | undefined;
  /** Has the page make a strong login of this class and gives the JWT that says so; rejects when it was cancelled. */
  declare stepUpProvider: StepUpProvider | undefined;
  /** Logs the visitor in; without it a bubbling `yuefu-login` event asks the page. */
  declare loginProvider: (() => Promise<void>) | undefined;
  declare private typing: boolean;

  #connection: Connection | null = null;
  #press: Press | null = null;
  readonly #used = new Set<string>();
  #typingTimer = 0;
  #secondTimer = 0;
  #unread = 0;
  readonly #follower = new Follower(() => this.renderRoot.querySelector(".scroller"), () => this.#redraw());
  readonly #settling = new Settling(() => this.#redraw());
  /** History is not read out: only what is said from now on. */
  #loading = true;

  constructor() {
    super();
    this.server = "";
    this.inline = false;
    this.open = false;
    this.typing = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#secondTimer = window.setInterval(() => this.#tick(), 1000);
    document.addEventListener("visibilitychange", this.#looked);
    if (this.hasUpdated) this.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#secondTimer);
    document.removeEventListener("visibilitychange", this.#looked);
    this.#connection?.stop();
    this.#connection = null;
  }

  protected override willUpdate(): void {
    const store = this.#connection?.store;
    if (this.#shown && !document.hidden && this.#connection?.state === "online") store?.markSeen();
    const unread = store?.unread ?? 0;
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.dispatchEvent(new CustomEvent("yuefu-unread", { detail: unread, bubbles: true, composed: true }));
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("tokenProvider") || changed.has("server")) this.connect();
    if (changed.has("open") && this.open) {
      const composer = this.#composer;
      void composer?.updateComplete.then(() => composer.focus());
      this.#follower.toEnd();
    }
  }

  /** Connects anew with a new token, e.g. after the page has logged the visitor in or out. */
  connect(): void {
    this.#connection?.stop();
    this.#connection = null;
    this.#press = null;
    this.#loading = true;
    if (!this.tokenProvider || !this.isConnected) return;
    this.#connection = new Connection(this.server, this.tokenProvider, this.#listener, new Store());
    this.#connection.start();
  }

  /** Sends a text as if the person had typed it. */
  say(text: string): void {
    this.#press = null;
    this.#connection?.send({ text }, text);
    this.#follower.toEnd();
  }

  override render(): TemplateResult {
    return this.#shown ? this.#panel() : this.#launcher();
  }

  get #shown(): boolean {
    return this.inline || this.open;
  }

  #launcher(): TemplateResult {
    const unread = this.#unread;
    return html`<button class="launcher" aria-label=${this.#t.open} @click=${() => (this.open = true)}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v11H10l-4 4v-4H4z" /></svg>
        ${unread ? html`<span class="badge" aria-hidden="true">${Math.min(unread, 99)}</span>` : nothing}
      </button>
      <span class="spoken" role="status">${unread ? this.#t.unread(unread) : nothing}</span>`;
  }

  #panel(): TemplateResult {
    const t = this.#t;
    const scene = this.#scene;
    const entries = scene?.store.entries() ?? [];
    return html`<section class="panel" lang=${this.#language} aria-label=${t.title} @keydown=${this.#key}>
      <header>
        <div class="name">
          <h2>${t.title}</h2>
          <p class="label">${withStaff(entries) ? t.staff : t.assistant}</p>
        </div>
        <button title=${t.humanLabel} @click=${() => this.say(t.humanText)}>${t.human}</button>
        ${this.inline
          ? nothing
          : html`<button class="icon" aria-label=${t.close} @click=${this.#hide}>
              <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5 5 15" /></svg>
            </button>`}
      </header>
      <div class="inner">
        ${this.#linkState()}
        <div class="scroller" tabindex="0" role="log" aria-live=${this.#loading ? "off" : "polite"} aria-relevant="additions"
          aria-label=${t.log} aria-busy=${this.#connection?.state === "online" ? "false" : "true"} @scroll=${() => this.#follower.scrolled()}>
          ${scene && !entries.length ? welcome(scene) : nothing} ${scene ? conversation(scene) : nothing}
          ${this.typing ? html`<div class="turn"><div class="typing" aria-hidden="true"><i></i><i></i><i></i></div></div>` : nothing}
        </div>
        ${this.#follower.behind ? html`<button class="newer" @click=${() => this.#follower.toEnd()}>${t.newMessages}</button>` : nothing}
        <span class="spoken" role="status">${this.typing ? t.typing : nothing}</span>
      </div>
      <yuefu-composer .t=${t} @say=${(event: CustomEvent<string>) => this.say(event.detail)}></yuefu-composer>
    </section>`;
  }

  #linkState(): TemplateResult | typeof nothing {
    const state: LinkState = this.#connection?.state ?? "connecting";
    const t = this.#t;
    if (state === "online") return nothing;
    if (state !== "refused") return html`<p class="link" role="status">${state === "offline" ? t.offline : t.connecting}</p>`;
    return html`<p class="link" role="status">${t.refused}<button @click=${() => this.connect()}>${t.reconnect}</button></p>`;
  }

  get #language(): string {
    return this.lang || document.documentElement.lang || "zh-CN";
  }

  get #t(): Strings {
    return stringsFor(this.#language);
  }

  get #scene(): Scene | null {
    const connection = this.#connection;
    if (!connection) return null;
    return { t: this.#t, language: this.#language, store: connection.store, online: connection.state === "online", acts: this.#acts };
  }

  readonly #acts: Acts = {
    press: (button) => this.#pressed(button),
    say: (text) => this.say(text),
    retry: (id) => this.#connection?.retry(id),
    remove: (id) => this.#removed(id),
    login: () => void this.#login(),
    verify: () => void this.#verify(),
    stepUpState: (...at) => this.#press?.state(...at) ?? Press.stateWithout(...at),
    settling: (message) => this.#settling.holds(message),
  };

  readonly #looked = (): void => this.requestUpdate();

  readonly #listener: Listener = {
    openStore: (subject) => new Store(storage(), `yuefu-chat:${this.server}:${subject}`),
    received: (fresh, live) => this.#received(fresh, live),
    typing: (on) => this.#setTyping(on),
    changed: () => this.#changed(),
  };

  /** A button is pressed once: a second click finds it used, before anything is drawn again. */
  #pressed(button: Button): void {
    if (this.#used.has(button.token)) return;
    this.#used.add(button.token);
    this.#press = new Press(button);
    const byKey = this.shadowRoot?.activeElement?.matches(":focus-visible");
    this.#connection?.send({ button: button.token }, button.title);
    if (byKey) this.#composer?.focus(); // the button goes away; one step back from there are the newest ones
    this.#follower.toEnd();
  }

  /** Takes back what was not sent: a button among it may be pressed again. */
  #removed(id: string): void {
    const item = this.#connection?.store.pending().find((one) => one.id === id);
    if (item?.button) this.#used.delete(item.button);
    this.#connection?.remove(id);
  }

  #received(fresh: ServerMessage[], live: boolean): void {
    const theirs = fresh.filter((message) => message.role !== "user");
    if (live) this.#settling.appeared(theirs);
    const stepUp = stepUpIn(theirs);
    if (stepUp && this.#press?.needs(stepUp.acr, stepUp.seq)) void this.#verify();
    if (live && this.#press && theirs.some(asksOnlyForLogin)) void this.#login();
    this.requestUpdate();
    this.#follower.follow(fresh.some((message) => message.role === "user") || !live);
  }

  /** History is drawn before new messages are read out. */
  #changed(): void {
    if (this.#loading && this.#connection?.state === "online") {
      void this.#redraw().then(() => setTimeout(() => {
        this.#loading = false;
        this.requestUpdate();
      }, SETTLING_MS));
    }
    this.requestUpdate();
  }

  #redraw(): Promise<unknown> {
    this.requestUpdate();
    return this.updateComplete;
  }

  async #verify(): Promise<void> {
    const press = (this.#press = Press.current(this.#press, this.#connection?.store.entries() ?? []));
    const done = press?.verify(this.stepUpProvider, () => press === this.#press, (token, button) => {
      this.#connection?.strengthen(token);
      this.#connection?.send({ button: button.token }, button.title);
    });
    this.requestUpdate();
    await done;
    this.requestUpdate();
  }

  async #login(): Promise<void> {
    if (this.loginProvider) {
      await this.loginProvider();
      this.connect();
    } else {
      this.dispatchEvent(new CustomEvent("yuefu-login", { bubbles: true, composed: true }));
    }
  }

  #setTyping(on: boolean): void {
    clearTimeout(this.#typingTimer);
    this.typing = on;
    if (on) this.#typingTimer = window.setTimeout(() => (this.typing = false), TYPING_AT_MOST_MS);
    this.#follower.follow(false);
  }

  /** Countdowns run once a second, and only while one is on show. */
  #tick(): void {
    const last = this.#connection?.store.messages().findLast((message) => message.custom?.type === "quote");
    if (last) this.requestUpdate();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.inline && !event.isComposing) this.#hide();
  }

  #hide(): void {
    this.open = false;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".launcher")?.focus());
  }

  get #composer(): Composer | null {
    return this.renderRoot.querySelector<Composer>("yuefu-composer");
  }
}

function storage(): Keep | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

customElements.define("yuefu-chat", YuefuChat);
