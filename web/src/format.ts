// Times and amounts as a reader expects them. Amounts are the ledger's whole fen and never computed here.

/** Fen as money, exact: 538361 → "¥5,383.61". Without fen the text that the server wrote, if any. */
export function money(fen: number | undefined, text: string | undefined, language: string): string {
  if (!Number.isSafeInteger(fen)) return text ?? "";
  return new Intl.NumberFormat(language, { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol" }).format(fen! / 100);
}

/** Minutes and seconds of a countdown: 905 → "15:05". */
export function countdown(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Hour and minute where the reader is; with the day when it is not today. "" for what is no time. */
export function chatTime(iso: string | undefined, language: string, now: Date): string {
  const at = new Date(iso ?? "");
  if (Number.isNaN(at.getTime())) return "";
  const today = at.toDateString() === now.toDateString();
  const day: Intl.DateTimeFormatOptions = today ? {} : { month: "numeric", day: "numeric" };
  return new Intl.DateTimeFormat(language, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** A ledger's date and time: always Asia/Shanghai, wherever the reader is. Text that is no time stays as it is. */
export function ledgerTime(iso: string | undefined, language: string): string {
  const at = new Date(iso ?? "");
  if (!iso || Number.isNaN(at.getTime())) return iso ?? "";
  return new Intl.DateTimeFormat(language, {
    timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", // English has a 24:05 with `hour12: false`
  }).format(at);
}

/** A ledger's date ("2026-11-06") or month ("2026-11") in the reader's words; `inShort` without its year. Text that is none stays as it is. */
export function ledgerDate(iso: string, language: string, inShort = false): string {
  const found = /^(\d{4})-(\d\d)(-\d\d)?$/.exec(iso);
  const day: Intl.DateTimeFormatOptions = found?.[3] ? { day: "numeric" } : {};
  const rest: Intl.DateTimeFormatOptions = inShort ? { month: "numeric" } : { year: "numeric", month: "short" };
  return found ? new Intl.DateTimeFormat(language, { timeZone: "UTC", ...rest, ...day }).format(new Date(iso)) : iso;
}

export interface Piece {
  text: string;
  /** Set when the piece is a web address: only http and https ever are. */
  href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、（）【】《》“”]+/gi;

/** Splits a text into plain pieces and web addresses; joined again they are the text. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const href = webAddress(match[0]);
    if (!href) continue;
    if (match.index > from) out.push({ text: text.slice(from, match.index) });
    out.push({ text: match[0], href });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}

function webAddress(text: string): string {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
  } catch {
    return "";
  }
}
