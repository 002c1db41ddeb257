/** A template as markup, for tests without a browser; what is done on a click is left out. */
export function drawn(part: unknown): string {
  if (Array.isArray(part)) return part.map(drawn).join("");
  if (typeof part === "function" || typeof part === "symbol" || part === undefined) return "";
  if (typeof part !== "object" || !part) return String(part);
  if (!("strings" in part)) return ""; // a property of an element
  const { strings, values } = part as { strings: readonly string[]; values: readonly unknown[] };
  return strings.map((text, at) => text + drawn(values[at])).join("");
}
