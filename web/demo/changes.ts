// Which figures have just changed, so that the eye finds them. The first sight of an account highlights nothing.

const SHOWN_MS = 6_000;

interface Seen {
  text: string;
  before: string;
  at: number;
}

export class Changes {
  private readonly seen = new Map<string, Seen>();
  private settled = false;
  /** Something has changed since this was last set to false. */
  unseen = false;

  constructor(private readonly now: () => number = Date.now) {}

  /** "changed" for a while after the text under this key became another one (or appeared), else "". */
  mark(key: string, text: string): "changed" | "" {
    const known = this.seen.get(key);
    if (known?.text !== text) {
      const before = (this.isFresh(key) ? known?.before : known?.text) ?? "";
      this.seen.set(key, { text, before, at: this.settled ? this.now() : -SHOWN_MS });
      this.unseen ||= this.settled;
    }
    return this.isFresh(key) ? "changed" : "";
  }

  /** What stood under this key before it began to change, for as long as that is highlighted; else "". */
  before(key: string): string {
    return this.isFresh(key) ? (this.seen.get(key)?.before ?? "") : "";
  }

  /** The account has been drawn once: from now on differences count. */
  ready(): void {
    this.settled = true;
  }

  forget(): void {
    this.seen.clear();
    this.settled = false;
    this.unseen = false;
  }

  private isFresh(key: string): boolean {
    return this.now() - (this.seen.get(key)?.at ?? -SHOWN_MS) < SHOWN_MS;
  }
}
