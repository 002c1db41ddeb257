// Which figures have just changed, so that the eye finds them. The first sight of an account highlights nothing.

const SHOWN_MS = 4_000;

export class Changes {
  private readonly seen = new Map<string, { text: string; at: number }>();
  private settled = false;

  constructor(private readonly now: () => number = Date.now) {}

  /** "changed" for a while after the text under this key became another one (or appeared), else "". */
  mark(key: string, text: string): "changed" | "" {
    const before = this.seen.get(key);
    if (before?.text !== text) this.seen.set(key, { text, at: this.settled ? this.now() : -SHOWN_MS });
    const at = this.seen.get(key)?.at ?? -SHOWN_MS;
    return this.now() - at < SHOWN_MS ? "changed" : "";
  }

  /** The account has been drawn once: from now on differences count. */
  ready(): void {
    this.settled = true;
  }

  forget(): void {
    this.seen.clear();
    this.settled = false;
  }
}
