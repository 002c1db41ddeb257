// Whether a journey helped: which message asks, and how far the answer has come on this page.

import type { RatingState } from "./cards/rating";
import type { Rating, RateAck } from "./protocol";
import type { Entry } from "./store";

/** Whether the message at `index` may be rated: it ended a journey first, and the talk has not gone on since. */
export function asksForRating(entries: readonly Entry[], index: number): boolean {
  const journey = entries[index]?.message.custom?.journey;
  if (!journey || entries.slice(index + 1).some((later) => later.role === "user")) return false;
  return !entries.slice(0, index).some(({ message }) => {
    const earlier = message.custom?.journey;
    return earlier?.name === journey.name && earlier.outcome === journey.outcome && earlier.reference === journey.reference;
  });
}

export class Ratings {
  readonly #states = new Map<number, RatingState>();

  constructor(private readonly send: (rating: Rating) => Promise<RateAck>, private readonly changed: () => void) {}

  /** What to show under a message; null where nothing is asked and nothing was said. */
  state(entries: readonly Entry[], index: number): RatingState | null {
    const { seq, rated } = entries[index]!.message;
    const here = this.#states.get(seq);
    if (here && (here.stage !== "ask" || asksForRating(entries, index))) return here;
    if (rated !== undefined) return { stage: "done" };
    return asksForRating(entries, index) ? { stage: "ask" } : null;
  }

  rate(seq: number, helped: boolean): Promise<void> {
    return this.#tell("ask", { seq, helped }, "words");
  }

  async finish(seq: number, helped: boolean, words: string): Promise<void> {
    if (words) await this.#tell("words", { seq, helped, words }, "done");
    else this.#become(seq, { stage: "done" });
  }

  async #tell(stage: RatingState["stage"], rating: Rating, then: RatingState["stage"]): Promise<void> {
    if (this.#states.get(rating.seq)?.busy) return;
    this.#become(rating.seq, { stage, busy: true });
    const { ok } = await this.send(rating).catch(() => ({ ok: false }));
    this.#become(rating.seq, ok ? { stage: then } : { stage, failed: true });
  }

  #become(seq: number, state: RatingState): void {
    this.#states.set(seq, state);
    this.changed();
  }
}
