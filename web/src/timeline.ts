// What of the conversation is still alive. An old button is never shown: only those after the last thing said.

import type { Button, ServerMessage } from "./protocol";
import type { Entry } from "./store";

export interface Decided {
  /** The title of the button that was pressed, or "" when something else was said instead. */
  title: string;
}

/** Buttons that may still be pressed: of the bot's messages after the last one of the customer. */
export function liveButtons(entries: readonly Entry[], index: number): readonly Button[] {
  const entry = entries[index];
  if (!entry || entry.role !== "bot") return [];
  if (entries.slice(index + 1).some((later) => later.role === "user")) return [];
  return entry.message.buttons ?? [];
}

/** What became of a decision shown at `index`: null while it is open. */
export function decided(entries: readonly Entry[], index: number): Decided | null {
  const next = entries.slice(index + 1).find((later) => later.role === "user");
  if (!next) return null;
  const titles = entries[index]?.message.buttons?.map((button) => button.title) ?? [];
  const said = next.message.text ?? "";
  return { title: titles.includes(said) ? said : "" };
}

/** An answer is given and nothing has come back for it yet but the request for a strong login. */
export function isUnderWay(entries: readonly Entry[], index: number): boolean {
  const answer = entries.findIndex((later, at) => at > index && later.role === "user");
  if (answer < 0 || !decided(entries, index)?.title) return false;
  if (entries[answer]?.outgoing?.state === "failed") return false;
  const after = entries.slice(answer + 1).filter((_, at) => !isRepeatAfterStepUp(entries, answer + 1 + at));
  return after.every((entry) => entry.message.custom?.type === "step_up");
}

/** A confirmation sent again after a strong login is the same act: its second bubble is left out. */
export function isRepeatAfterStepUp(entries: readonly Entry[], index: number): boolean {
  const entry = entries[index];
  const before = entries[index - 1];
  if (entry?.role !== "user" || before?.message.custom?.type !== "step_up") return false;
  const earlier = entries.slice(0, index - 1).findLast((one) => one.role === "user");
  return earlier !== undefined && earlier.message.text === entry.message.text;
}

/** A step-up is over once the customer's next message is there, whatever it was. */
export function isAnswered(entries: readonly Entry[], index: number): boolean {
  return entries.slice(index + 1).some((later) => later.role === "user");
}

/** The answer to a pressed "log in": a login card and no other choice. The page is asked at once. */
export function asksOnlyForLogin(message: ServerMessage): boolean {
  return message.custom?.type === "login" && !message.buttons?.length;
}

/** A login among other choices: one of the buttons is the way to it, and a card would be a second one. */
export function offersLogin(message: ServerMessage): boolean {
  return message.custom?.type === "login" && !asksOnlyForLogin(message);
}

/** Whether a person of the staff has the conversation: the latest hand-off card says so. */
export function withStaff(entries: readonly Entry[]): boolean {
  const last = entries.findLast((entry) => entry.message.custom?.type === "handoff");
  const card = last?.message.custom;
  return card?.type === "handoff" && card.state === "taken";
}

/** Whether to write the time above an entry: at the start, and after a pause of five minutes. */
export function startsNewTime(entries: readonly Entry[], index: number): boolean {
  const at = Date.parse(entries[index]?.message.at ?? "");
  if (Number.isNaN(at)) return false;
  const before = entries.slice(0, index).findLast((entry) => entry.message.at);
  return !before || at - Date.parse(before.message.at ?? "") > 5 * 60_000;
}
