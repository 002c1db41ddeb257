// The socket: a fresh token for every connection, the missed messages after each, every utterance delivered once.

import { Manager, type Socket } from "socket.io-client";
import { newId, subjectOf, type Address } from "./identity";
import type { Button, RateAck, Rating, ServerMessage, SessionAck, UtterAck, Utterance } from "./protocol";
import type { TokenProvider } from "./public";
import type { Outgoing, Store } from "./store";
import { pressId } from "./timeline";

export type LinkState = "connecting" | "online" | "offline" | "refused";
/** Why there is no connection at all: what the page would have to set. */
export type Missing = "noTokens" | "noServer";
export interface Listener {
  /** The store of this identity; called before its first message arrives. */
  openStore(subject: string): Store;
  received(fresh: ServerMessage[], live: boolean): void;
  typing(on: boolean): void;
  changed(): void;
}

const ACK_TIMEOUT_MS = 20_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const REFUSALS_BEFORE_GIVING_UP = 3;

export class Connection {
  state: LinkState = "connecting";
  store: Store;
  readonly #socket: Socket;
  readonly #inFlight = new Set<string>();
  #strongToken = "";
  /** Whose conversation it is; null before the first token. */
  subject: string | null = null;
  #refusals = 0;
  #attempts = 0;
  #round = 0;
  #timer = 0;

  constructor(
    { origin, prefix }: Address,
    private readonly tokenProvider: TokenProvider,
    private readonly listener: Listener,
    unsent: Store,
  ) {
    this.store = unsent;
    this.#socket = new Manager(origin, {
      path: `${prefix}/socket.io`,
      transports: ["websocket"],
      autoConnect: false,
      reconnectionDelay: FIRST_RETRY_MS,
      reconnectionDelayMax: LONGEST_RETRY_MS,
    }).socket("/", { auth: (give) => void this.#introduce(give) });
    this.#socket.on("connect", () => void this.#resume());
    this.#socket.on("disconnect", (reason) => this.#lost(reason));
    this.#socket.on("connect_error", () => this.#refused());
    this.#socket.on("bot_uttered", (message: ServerMessage) => this.#take([message], true));
    this.#socket.on("user_echo", (message: ServerMessage) => this.#take([{ ...message, role: "user" }], true));
    this.#socket.on("rated", ({ seq, helped }: Rating) => this.#rated(seq, helped));
    this.#socket.on("typing", (typing: { on?: boolean }) => listener.typing(typing?.on === true));
    this.#socket.on("auth_expired", () => this.#reconnect());
  }

  start(): void {
    this.#refusals = 0;
    this.#setState("connecting");
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
    this.#socket.connect();
  }

  stop(): void {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#round += 1;
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  say(text: string): void {
    this.#send({ id: newId(), text }, text);
  }

  press(button: Button): void {
    this.#send({ id: pressId(this.store.entries(), button), button: button.token }, button.title);
  }

  #send(said: Utterance, shown: string): void {
    const item = this.store.queue(said, shown);
    this.listener.changed();
    void this.#deliver(item);
  }

  retry(id: string): void {
    const item = this.store.pending().find((one) => one.id === id);
    if (!item) return;
    this.store.mark(id, "sending");
    this.listener.changed();
    void this.#deliver(item);
  }

  remove(id: string): void {
    this.store.discard(id);
    this.listener.changed();
  }

  /** Fails at once where there is no connection: a rating is not worth a queue. */
  async rate(rating: Rating): Promise<RateAck> {
    if (this.state !== "online") return { ok: false };
    const answer = (await this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck("rate", rating)) as RateAck;
    if (answer.ok) this.#rated(rating.seq, rating.helped);
    return answer;
  }

  /** Goes on as the same person with a stronger token; what is queued meanwhile is sent with it. */
  strengthen(token: string): void {
    this.#strongToken = token;
    this.#reconnect();
  }

  /** The network is back, or the page is looked at again: no waiting for the next attempt. */
  readonly #hurry = (): void => {
    if (this.state === "offline" && !document.hidden) this.#reconnect();
  };

  #reconnect(): void {
    clearTimeout(this.#timer);
    this.#setState("connecting");
    this.#socket.disconnect().connect();
  }

  /** Gives each connection a token of its own; one that comes after its connection has ended is not used. */
  async #introduce(give: (auth: object) => void): Promise<void> {
    const round = (this.#round += 1);
    try {
      const token = this.#strongToken || (await this.tokenProvider());
      if (round !== this.#round) return;
      this.#strongToken = "";
      this.#identify(subjectOf(token));
      give({ token });
    } catch {
      this.#socket.disconnect();
      this.#failed();
    }
  }

  /** Another person's token means another conversation: nothing said before is carried over. */
  #identify(subject: string): void {
    if (!subject || subject === this.subject) return; // a token that names nobody, which the server refuses
    const unsent = this.subject === null ? this.store.pending() : [];
    this.subject = subject;
    this.store = this.listener.openStore(subject);
    for (const { id, text, shown } of unsent) if (text !== undefined) this.store.queue({ id, text }, shown);
    this.listener.changed();
  }

  async #resume(): Promise<void> {
    const store = this.store;
    try {
      const answer: SessionAck = await this.#socket
        .timeout(ACK_TIMEOUT_MS)
        .emitWithAck("session_request", { since: store.lastSeq });
      if (!answer.ok || store !== this.store) return this.#reconnectLater();
      this.#refusals = this.#attempts = 0;
      store.learnTime(answer.at);
      this.#take(answer.messages ?? [], false);
      store.markSeen(true);
      this.#setState("online");
      const unanswered = store.unanswered();
      if (unanswered) await this.#utter(unanswered);
      for (const item of store.pending()) if (item.state === "sending") await this.#deliver(item);
    } catch {
      if (this.#socket.connected) this.#reconnectLater();
    }
  }

  /** Sends it unless it is under way. A connection lost meanwhile leaves it queued; the next one sends the same id. */
  async #deliver(item: Outgoing): Promise<void> {
    if (this.state !== "online" || this.#inFlight.has(item.id)) return;
    const store = this.store;
    this.#inFlight.add(item.id);
    try {
      const answer = await this.#utter(item);
      if (answer.ok) store.accepted(item.id, answer.seq);
      else store.mark(item.id, "failed", answer.error?.message ?? "");
    } catch {
      if (this.#socket.connected) store.mark(item.id, "failed");
    } finally {
      this.#inFlight.delete(item.id);
      this.listener.changed();
    }
  }

  #utter({ id, text, button }: Utterance): Promise<UtterAck> {
    const body: Utterance = button === undefined ? { id, text: text ?? "" } : { id, button };
    return this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck("user_uttered", body);
  }

  #rated(seq: number, helped: boolean): void {
    this.store.rated(seq, helped);
    this.listener.changed();
  }

  #take(messages: ServerMessage[], live: boolean): void {
    const fresh = this.store.receive(messages, live);
    if (fresh.length) this.listener.received(fresh, live);
    this.listener.changed();
  }

  #lost(reason: string): void {
    this.listener.typing(false);
    if (reason === "io client disconnect") return;
    this.#setState("offline");
    if (reason === "io server disconnect") this.#reconnectLater();
  }

  /** No connection, or no token just now: it is tried again, later each time. */
  #failed(): void {
    this.#setState("offline");
    this.#reconnectLater();
  }

  /** The server takes no connection with this token. socket.io does not try again by itself, and we not for ever. */
  #refused(): void {
    if (this.#socket.active) return this.#setState("offline"); // it was the network
    this.#refusals += 1;
    if (this.#refusals >= REFUSALS_BEFORE_GIVING_UP) return this.#setState("refused");
    this.#failed();
  }

  #reconnectLater(): void {
    clearTimeout(this.#timer);
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#timer = window.setTimeout(() => this.#socket.disconnect().connect(), wait);
  }

  #setState(state: LinkState): void {
    this.state = state;
    this.listener.changed();
  }
}
