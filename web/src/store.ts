// The conversation as one ordered list: what the server numbered, then what is still on its way to it.
// Pure but for the storage handed in, so that it is tested without a browser.

import type { ServerMessage, Utterance } from "./protocol";

export interface Outgoing extends Utterance {
  /** What the person sees as their own words: the typed text, or the button's title. */
  shown: string;
  at: number;
  state: "sending" | "failed";
  /** Why the server refused it, in its own words; empty when the network did. */
  reason: string;
}

export interface Entry {
  role: "user" | "bot";
  message: ServerMessage;
  outgoing?: Outgoing;
}

/** The part of `Storage` that is used; what throws there (private mode, full) only costs the resend after a reload. */
export type Keep = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const PENDING_LIFE_MS = 10 * 60_000;

export class Store {
  readonly #bySeq = new Map<number, ServerMessage>();
  #outgoing: Outgoing[] = [];
  #sorted: ServerMessage[] | null = null;
  /** Server's clock minus ours, in ms, learnt from messages as they arrive: countdowns survive a wrong clock. */
  clockSkewMs = 0;

  constructor(
    private readonly keep: Keep | null = null,
    private readonly name = "yuefu-chat",
    private readonly now: () => number = Date.now,
  ) {
    this.#outgoing = this.#load();
  }

  get lastSeq(): number {
    return this.messages().at(-1)?.seq ?? 0;
  }

  messages(): ServerMessage[] {
    this.#sorted ??= [...this.#bySeq.values()].sort((a, b) => a.seq - b.seq);
    return this.#sorted;
  }

  pending(): readonly Outgoing[] {
    return this.#outgoing;
  }

  entries(): Entry[] {
    const known: Entry[] = this.messages().map((message) => ({
      role: message.role === "user" ? "user" : "bot",
      message,
    }));
    const waiting: Entry[] = this.#outgoing.map((outgoing) => ({
      role: "user",
      message: { seq: Infinity, role: "user", text: outgoing.shown },
      outgoing,
    }));
    return [...known, ...waiting];
  }

  /** Takes messages from the server in any order, any number of times. Returns the ones that were new. */
  receive(messages: readonly ServerMessage[], live: boolean): ServerMessage[] {
    const fresh = messages.filter((message) => Number.isSafeInteger(message.seq) && !this.#bySeq.has(message.seq));
    for (const message of fresh) {
      this.#bySeq.set(message.seq, message);
      if (message.id) this.#settle(message.id);
      const at = Date.parse(message.at ?? "");
      if (live && !Number.isNaN(at)) this.clockSkewMs = at - this.now();
    }
    if (fresh.length) this.#sorted = null;
    return fresh;
  }

  /** Keeps it before it is sent, so that a reload or a lost connection sends the same id again. */
  queue(utterance: Utterance, shown: string): Outgoing {
    const item: Outgoing = { ...utterance, shown, at: this.now(), state: "sending", reason: "" };
    this.#outgoing = [...this.#outgoing, item];
    this.#save();
    return item;
  }

  /** The server has it as `seq`. */
  accepted(id: string, seq: number | undefined): void {
    const item = this.#outgoing.find((one) => one.id === id);
    if (!item) return;
    if (seq !== undefined) {
      this.receive([{ seq, role: "user", id, text: item.shown, at: this.serverTime().toISOString() }], false);
    }
    this.#settle(id);
  }

  mark(id: string, state: Outgoing["state"], reason = ""): void {
    this.#outgoing = this.#outgoing.map((one) => (one.id === id ? { ...one, state, reason } : one));
    this.#save();
  }

  discard(id: string): void {
    this.#settle(id);
  }

  serverTime(): Date {
    return new Date(this.now() + this.clockSkewMs);
  }

  /** Seconds that a message's `seconds_left` has still to run, never below 0. */
  secondsLeft(message: ServerMessage, secondsAtSending: number): number {
    const at = Date.parse(message.at ?? "");
    if (Number.isNaN(at)) return secondsAtSending;
    const passed = Math.max(0, (this.now() + this.clockSkewMs - at) / 1000);
    return Math.max(0, Math.ceil(secondsAtSending - passed));
  }

  #settle(id: string): void {
    this.#outgoing = this.#outgoing.filter((one) => one.id !== id);
    this.#save();
  }

  #load(): Outgoing[] {
    try {
      const kept = JSON.parse(this.keep?.getItem(this.name) ?? "[]") as Outgoing[];
      return kept.filter((one) => typeof one.id === "string" && this.now() - one.at < PENDING_LIFE_MS);
    } catch {
      return [];
    }
  }

  #save(): void {
    try {
      if (this.#outgoing.length) this.keep?.setItem(this.name, JSON.stringify(this.#outgoing));
      else this.keep?.removeItem(this.name);
    } catch {
      // Storage is full or forbidden: the message is still sent, only a reload would forget it.
    }
  }
}
