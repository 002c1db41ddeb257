// Going along with a growing conversation, and not disturbing somebody who reads or presses something just then.

import type { ServerMessage } from "./protocol";

const NEAR_END_PX = 80;
export const SETTLING_MS = 600;

/** Scrolls with new messages while the reader is at the end; else only notes that there are some below. */
export class Follower {
  /** There are newer messages than the reader has scrolled to. */
  behind = false;

  constructor(private readonly box: () => HTMLElement | null, private readonly changed: () => Promise<unknown>) {}

  follow(always: boolean): void {
    const box = this.box();
    if (!box) return;
    if (always || this.#near(box)) return this.toEnd();
    this.behind = true;
    void this.changed();
  }

  /** Something grew that is no news. */
  grew(): void {
    const box = this.box();
    if (box && this.#near(box)) this.toEnd();
    else void this.changed();
  }

  toEnd(): void {
    this.behind = false;
    void this.changed().then(() => this.box()?.scrollTo({ top: this.box()?.scrollHeight ?? 0 }));
  }

  scrolled(): void {
    const box = this.box();
    if (!this.behind || !box || !this.#near(box)) return;
    this.behind = false;
    void this.changed();
  }

  #near(box: HTMLElement): boolean {
    return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
  }
}

/** New buttons sleep for a moment: the second click of a double click, or a slip, must not fall on them. */
export class Settling {
  #seq = Infinity;
  #since = 0;

  constructor(private readonly awake: () => void, private readonly now: () => number = () => performance.now()) {}

  appeared(fresh: readonly ServerMessage[]): void {
    const seq = fresh.find((message) => message.buttons?.length)?.seq;
    if (seq === undefined) return;
    this.#seq = seq;
    this.#since = this.now();
    setTimeout(this.awake, SETTLING_MS);
  }

  holds(message: ServerMessage): boolean {
    return message.seq >= this.#seq && this.now() - this.#since < SETTLING_MS;
  }
}
