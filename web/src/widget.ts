// <yuefu-chat server="…">: the element a page puts in. The page gives tokens; the widget never asks for secrets.

import { LitElement, type PropertyValues, type TemplateResult } from "lit";
import "./composer";
import type { Composer } from "./composer";
import { Connection, type Listener, type Missing } from "./connection";
import { Follower, Settling, SETTLING_MS } from "./following";
import { launcher, panel, type Frame } from "./frame";
import { endpoint } from "./identity";
import type { Button, ServerMessage } from "./protocol";
import type { StepUpProvider, TokenProvider, YuefuChatElement } from "./public";
import { Ratings } from "./ratings";
import { Press, stepUpIn } from "./step_up";
import { Store, storage } from "./store";
import { languageOf, stringsFor, type Strings } from "./strings";
import { widgetStyles } from "./styles";
import { asksOnlyForLogin, lastQuestion } from "./timeline";
import type { Acts, Scene } from "./view";
import { visitorPasses } from "./visitor";

const TYPING_AT_MOST_MS = 60_000;
const NOTHING_ASKED = { text: "", by: "" };
const VISITOR = /^anon-/;

export class YuefuChat extends LitElement implements YuefuChatElement {
  static override styles = widgetStyles;
  static override properties = {
    server: { type: String },
    visitors: { type: Boolean },
    inline: { type: Boolean, reflect: true },
    open: { type: Boolean, reflect: true },
    tokenProvider: { attribute: false },
    stepUpProvider: { attribute: false },
    loginProvider: { attribute: false },
    typing: { state: true },
  };

  declare server: string;
  declare visitors: boolean;
  declare inline: boolean;
  declare open: boolean;
  declare tokenProvider: TokenProvider | undefined;
  declare stepUpProvider: StepUpProvider | undefined;
  declare loginProvider: (() => Promise<void>) | undefined;
  declare private typing: boolean;

  #connection: Connection | null = null;
  #missing: Missing = "noTokens";
  #press: Press | null = null;
  readonly #used = new Set<string>();
  /** Said by the page before there is a connection. */
  #early: string[] = [];
  #typingTimer = 0;
  #secondTimer = 0;
  #unread = 0;
  #ratings!: Ratings;
  /** The question of a visitor who logs in from here. It is offered to whoever comes back, and never said for them. */
  #asked = NOTHING_ASKED;
  readonly #follower = new Follower(() => this.renderRoot.querySelector(".scroller"), () => this.#redraw());
  readonly #settling = new Settling(() => this.#redraw());
  /** History is not read out: only what is said from now on. */
  #loading = true;

  constructor() {
    super();
    this.server = "";
    this.visitors = false;
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
    if (changed.has("tokenProvider") || changed.has("server") || changed.has("visitors")) this.connect();
    if (changed.has("open") && this.open) {
      const composer = this.#composer;
      void composer?.updateComplete.then(() => composer.focus());
      this.#follower.toEnd();
    }
  }

  connect(): void {
    this.#connection?.stop();
    this.#connection = null;
    this.#press = null;
    this.#loading = true;
    this.typing = false;
    if (!this.isConnected) return;
    this.requestUpdate();
    const bot = endpoint(this.server, location.href);
    if (!bot) return void (this.#missing = "noServer");
    const tokens = this.tokenProvider ?? (this.visitors ? visitorPasses(bot, storage()) : undefined);
    if (!tokens) return void (this.#missing = "noTokens");
    this.#ratings = new Ratings((rating) => this.#connection!.rate(rating), () => this.#rated());
    this.#connection = new Connection(bot, tokens, this.#listener, new Store());
    this.#connection.start();
    this.#early.splice(0).forEach((text) => this.say(text));
  }

  say(text: string): void {
    this.#keepFocus();
    this.#press = null;
    this.#asked = NOTHING_ASKED;
    if (this.#connection) this.#connection.say(text);
    else this.#early.push(text);
    this.#follower.toEnd();
  }

  override render(): TemplateResult {
    return this.#shown ? panel(this.#frame) : launcher(this.#t, this.#unread, () => (this.open = true));
  }

  get #shown(): boolean {
    return this.inline || this.open;
  }

  get #frame(): Frame {
    const { behind } = this.#follower;
    const by = this.#connection?.subject ?? "";
    return {
      t: this.#t, language: this.#language, scene: this.#scene, link: this.#connection?.state ?? this.#missing,
      inline: this.inline, typing: this.typing, loading: this.#loading, behind,
      askedBefore: by && by !== this.#asked.by ? this.#asked.text : "",
      say: (text) => this.say(text),
      toEnd: () => this.#follower.toEnd(),
      scrolled: () => this.#follower.scrolled(),
      hide: () => this.#hide(),
      reconnect: () => this.connect(),
      key: (event) => this.#key(event),
    };
  }

  get #language(): string {
    return languageOf(this.lang || document.documentElement.lang);
  }

  get #t(): Strings {
    return stringsFor(this.#language);
  }

  get #scene(): Scene | null {
    const connection = this.#connection;
    if (!connection) return null;
    const { store, state } = connection;
    return { t: this.#t, language: this.#language, store, link: state, acts: this.#acts, ratings: this.#ratings };
  }

  readonly #acts: Acts = {
    press: (button) => this.#pressed(button),
    say: (text) => this.say(text),
    retry: (id) => this.#retried(id),
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
    this.#asked = NOTHING_ASKED;
    this.#press = new Press(button);
    this.#keepFocus();
    this.#connection?.press(button);
    this.#follower.toEnd();
  }

  /** What a key has pressed goes away: the focus goes to the box, one step back from there are the newest buttons. */
  #keepFocus(): void {
    if (this.shadowRoot?.activeElement?.matches("button:focus-visible")) this.#composer?.focus();
  }

  #rated(): void {
    this.#keepFocus();
    this.#follower.grew();
  }

  #retried(id: string): void {
    this.#keepFocus();
    this.#connection?.retry(id);
  }

  /** Takes back what was not sent: a button among it may be pressed again. */
  #removed(id: string): void {
    const item = this.#connection?.store.pending().find((one) => one.id === id);
    if (item?.button) this.#used.delete(item.button);
    this.#keepFocus();
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
      this.#connection?.press(button);
    });
    this.requestUpdate();
    await done;
    this.requestUpdate();
  }

  async #login(): Promise<void> {
    const { subject, store } = this.#connection!;
    if (VISITOR.test(subject ?? "")) this.#asked = { text: lastQuestion(store.entries()), by: subject! };
    if (!this.loginProvider) return void this.dispatchEvent(new CustomEvent("yuefu-login", { bubbles: true, composed: true }));
    await this.loginProvider().then(() => this.connect(), () => undefined); // called off: still a visitor
  }

  #setTyping(on: boolean): void {
    clearTimeout(this.#typingTimer);
    this.typing = on;
    if (on) this.#typingTimer = window.setTimeout(() => (this.typing = false), TYPING_AT_MOST_MS);
    this.#follower.follow(false);
  }

  /** Countdowns run once a second, and only while one is on show. */
  #tick(): void {
    const last = this.#connection?.store.messages().findLast((message) => /^(quote|close_)/.test(message.custom?.type ?? ""));
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

if (!customElements.get("yuefu-chat")) customElements.define("yuefu-chat", YuefuChat); // a page may load it twice
