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

/** "https://host/prefix" → its origin and the prefix of its addresses. */
export function endpoint(server: string, page: string): { origin: string; prefix: string } {
  const url = new URL(server || "/", page);
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, "") };
}
