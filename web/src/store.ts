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

/** The last utterance that the server took as `seq` and has not answered yet. */
type Accepted = Outgoing & { seq: number };

export interface Entry {
  role: "user" | "bot";
  message: ServerMessage;
  outgoing?: Outgoing;
}

/** The part of `Storage` that is used; what throws there (private mode, full) only costs the resend after a reload. */
export type Keep = Pick<Storage, "getItem" | "setItem">;

/** This tab's storage; null where the browser forbids it. */
export function storage(): Keep | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

const PENDING_LIFE_MS = 10 * 60_000;

/** What outlives a reload of the tab. */
interface Kept {
  pending: Outgoing[];
  unanswered: Accepted | null;
  skewMs: number;
  seen: number | null;
}

export class Store {
  readonly #bySeq = new Map<number, ServerMessage>();
  #outgoing: Outgoing[] = [];
  #unanswered: Accepted | null = null;
  #sorted: ServerMessage[] | null = null;
  /** Server's clock minus ours, in ms, learnt as messages arrive: countdowns survive a wrong clock and a reload. */
  #clockSkewMs = 0;
  /** The newest message that the person has had before their eyes; null before anything was loaded. */
  #seen: number | null = null;

  constructor(
    private readonly keep: Keep | null = null,
    private readonly name = "yuefu-chat",
    private readonly now: () => number = Date.now,
  ) {
    this.#load();
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
      if (message.role !== "user" && message.seq > (this.#unanswered?.seq ?? Infinity)) this.#unanswered = null;
      const at = Date.parse(message.at ?? "");
      if (live && !Number.isNaN(at)) this.#clockSkewMs = at - this.now();
    }
    if (fresh.length) {
      this.#sorted = null;
      this.#save();
    }
    return fresh;
  }

  /** The customer has said, here or in another tab, whether the journey that ended with message `seq` helped. */
  rated(seq: number, helped: boolean): void {
    const message = this.#bySeq.get(seq);
    if (message) this.#bySeq.set(seq, { ...message, rated: helped });
    this.#sorted = null;
  }

  /** The server's time, where it tells it: countdowns run on it. */
  learnTime(at: string | undefined): void {
    const told = Date.parse(at ?? "");
    if (!Number.isNaN(told)) this.#clockSkewMs = told - this.now();
  }

  /** Answers that the person has not seen. What was there before this tab was opened counts as seen. */
  get unread(): number {
    const seen = this.#seen;
    return seen === null ? 0 : this.messages().filter((message) => message.seq > seen && message.role !== "user").length;
  }

  /** All that is there has been seen; with `first` only when nothing has been kept from before. */
  markSeen(first = false): void {
    const seen = this.#seen;
    if (first ? seen !== null && seen <= this.lastSeq : seen === this.lastSeq) return;
    this.#seen = this.lastSeq;
    this.#save();
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
      if (this.messages().every((message) => message.role === "user" || message.seq < seq)) this.#unanswered = { ...item, seq };
      this.receive([{ seq, role: "user", id, text: item.shown, at: this.serverTime().toISOString() }], false);
    }
    this.#settle(id);
  }

  /** What a server that died may have taken without answering: sent again under its id it is answered, once. */
  unanswered(): Utterance | null {
    const one = this.#unanswered;
    return one && this.now() - one.at < PENDING_LIFE_MS ? one : null;
  }

  mark(id: string, state: Outgoing["state"], reason = ""): void {
    this.#outgoing = this.#outgoing.map((one) => (one.id === id ? { ...one, state, reason } : one));
    this.#save();
  }

  discard(id: string): void {
    this.#settle(id);
  }

  serverTime(): Date {
    return new Date(this.now() + this.#clockSkewMs);
  }

  /** Seconds that a message's `seconds_left` has still to run, never below 0. */
  secondsLeft(message: ServerMessage, secondsAtSending: number): number {
    const at = Date.parse(message.at ?? "");
    if (Number.isNaN(at)) return secondsAtSending;
    const passed = Math.max(0, (this.now() + this.#clockSkewMs - at) / 1000);
    return Math.max(0, Math.ceil(secondsAtSending - passed));
  }

  #settle(id: string): void {
    this.#outgoing = this.#outgoing.filter((one) => one.id !== id);
    this.#save();
  }

  #load(): void {
    try {
      const { pending, unanswered, skewMs, seen } = JSON.parse(this.keep?.getItem(this.name) ?? "") as Kept;
      this.#outgoing = pending
        .filter((one) => typeof one.id === "string")
        .map((one) => (this.now() - one.at < PENDING_LIFE_MS ? one : { ...one, state: "failed" })); // no longer by itself
      this.#unanswered = unanswered;
      this.#clockSkewMs = skewMs;
      this.#seen = seen;
    } catch {
      // Nothing was kept, or nothing that can be read.
    }
  }

  #save(): void {
    try {
      const kept: Kept = { pending: this.#outgoing, unanswered: this.#unanswered, skewMs: this.#clockSkewMs, seen: this.#seen };
      this.keep?.setItem(this.name, JSON.stringify(kept));
    } catch {
      // Storage is full or forbidden: the message is still sent, only a reload would forget it.
    }
  }
}
