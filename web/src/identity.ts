// Names of messages, people and servers, as far as the widget has to know them.

/** 21 characters of [A-Za-z0-9_-]: unguessable, and unique without asking the server. */
export function newId(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return Array.from(crypto.getRandomValues(new Uint8Array(21)), (byte) => alphabet[byte & 63]).join("");
}

/** Whose token it is, to keep two people's unsent words apart. Not a check: only the server verifies tokens. */
export function subjectOf(token: string): string {
  try {
    const body = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const claims = JSON.parse(atob(body)) as { sub?: unknown };
    return typeof claims.sub === "string" ? claims.sub : "";
  } catch {
    return "";
  }
}

/** Where the bot is: "https://host/prefix" in two parts. */
export interface Address {
  origin: string;
  prefix: string;
}

/** A whole address, a path of the page's own origin, or that origin itself; null for what is none of these. */
export function endpoint(server: string, page: string): Address | null {
  try {
    const { origin, pathname, protocol } = new URL(server || "/", page);
    if (!/^(https?:\/)?\/|^$/i.test(server) || !protocol.startsWith("http")) return null;
    return { origin, prefix: pathname.replace(/\/+$/, "") };
  } catch {
    return null;
  }
}
