// The Enter that picks a Chinese input method's candidate must not send the half-typed sentence. Some browsers end
// the composition before that keydown, so `isComposing` and keyCode 229 are asked as well as our own flag.

/** Whether this key sends: Enter without Shift, and not one that an input method has taken. */
export function sends(event: Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">, composing: boolean): boolean {
  const taken = composing || event.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !taken;
}
