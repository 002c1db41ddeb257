// What of the conversation is still alive. An old button is never shown: only those after the last thing said.

import type { Button, Card, ServerMessage } from "./protocol";
import type { Entry } from "./store";

export interface Decided {
  /** The title of the button that was pressed, or "" when something else was said instead. */
  title: string;
  /** What came of it, where a card says so: a receipt, a charge being checked or declined, an error, a new quote. */
  outcome: Card | undefined;
}

/** Cards that hold the message's buttons themselves; under any other message they stand as quick replies. */
const DECISIONS: readonly string[] = ["quote", "close_decision", "debts"];

export function holdsButtons(card: Card | undefined): boolean {
  return card !== undefined && DECISIONS.includes(card.type);
}

/** Buttons that may still be pressed: of the bot's messages after the last one of the customer. News may come after
    them: the quick replies that they offer anew count there only, and all are over when staff have ended their work. */
export function liveButtons(entries: readonly Entry[], index: number): readonly Button[] {
  const entry = entries[index];
  const later = entries.slice(index + 1);
  if (entry?.role !== "bot" || later.some(({ role }) => role === "user")) return [];
  const { buttons = [], custom } = entry.message;
  if (holdsButtons(custom)) return buttons;
  return buttons.filter(({ title }) =>
    !later.some(({ message }) => hasEnded(message) || message.buttons?.some((newer) => newer.title === title)));
}

/** Staff have ended their work, or the customer has gone back to the assistant. */
function hasEnded({ custom }: ServerMessage): boolean {
  return custom?.type === "handoff" && custom.state === "closed";
}

/** The id of a press: the same in two tabs that press at once, so that it is one turn; another when the button has been
    answered and is pressed again after a strong login. A token begins with the seal of its button. */
export function pressId(entries: readonly Entry[], { title, token }: Button): string {
  const shown = entries.findIndex(({ message }) => message.buttons?.some((button) => button.token === token));
  const pressed = entries.slice(shown + 1).filter(({ role, message }) => role === "user" && message.text === title);
  return `${token.slice(0, 20)}-${pressed.length}`;
}

/** What became of a decision shown at `index`: null while it is open. */
export function decided(entries: readonly Entry[], index: number): Decided | null {
  const next = entries.slice(index + 1).find((later) => later.role === "user");
  if (!next) return null;
  const titles = entries[index]?.message.buttons?.map((button) => button.title) ?? [];
  const said = next.message.text ?? "";
  if (!titles.includes(said)) return { title: "", outcome: undefined };
  return { title: said, outcome: answerTo(entries, entries.indexOf(next)).outcome };
}

interface Answer {
  outcome: Card | undefined;
  /** Nothing has come back yet but the request for a strong login. */
  open: boolean;
}

/** The card that answers what was said at `index`; of a charge that was being checked, the latest news of it. A receipt
    is the end of it, whatever is said after it of a server that broke down on the way.
    Answers come in the order of what they answer: more words before the first of them do not end the search. */
function answerTo(entries: readonly Entry[], index: number): Answer {
  const said = entries[index]!.message.text; // again after a strong login, or at the same moment in another tab
  let outcome: Card | undefined;
  let open = true;
  let heard = false;
  for (const { role, message } of entries.slice(index + 1)) {
    const { custom, text } = message;
    const checking = outcome?.type === "status" && outcome.state === "checking";
    if (role === "user") {
      if (!checking && (outcome || (heard && text !== said))) return { outcome, open: false };
      heard = false;
      continue;
    }
    heard = true;
    open &&= custom?.type === "step_up";
    if (outcome?.type === "receipt" || (custom?.type === "quote" && checking)) break;
    if (custom && (checking ? NEWS : OUTCOMES).includes(custom.type)) outcome = custom;
  }
  return { outcome, open };
}

const NEWS: readonly string[] = ["receipt", "status"];
const OUTCOMES: readonly string[] = [...NEWS, "error", "lapsed", "quote", "close_decision"];

/** The total of the quote in whose place this one came, when the amount is another; else "". */
export function changedFrom(entries: readonly Entry[], index: number): string {
  const card = entries[index]?.message.custom;
  const before = entries.findLastIndex((entry, at) => at < index && entry.message.custom?.type === "quote");
  const earlier = entries[before]?.message.custom;
  if (card?.type !== "quote" || earlier?.type !== "quote" || earlier.total === card.total) return "";
  return decided(entries, before)?.outcome === card ? earlier.total : "";
}

/** An answer is given and nothing has come back for it yet but the request for a strong login. */
export function isUnderWay(entries: readonly Entry[], index: number): boolean {
  const answer = entries.findIndex((later, at) => at > index && later.role === "user");
  if (answer < 0 || !decided(entries, index)?.title) return false;
  return entries[answer]?.outgoing?.state !== "failed" && answerTo(entries, answer).open;
}

/** The button whose press the step-up at `index` stopped: found again after a reload, or in another tab. */
export function buttonBefore(entries: readonly Entry[], index: number): Button | undefined {
  const before = entries.slice(0, Math.max(0, index));
  const buttons = before.flatMap((entry) => entry.message.buttons ?? []);
  const pressed = before.findLast(({ role, message }) => role === "user" && buttons.some((button) => button.title === message.text));
  return buttons.findLast((button) => button.title === pressed?.message.text);
}

/** A confirmation sent again after a strong login is the same act: its second bubble is left out. */
export function isRepeatAfterStepUp(entries: readonly Entry[], index: number): boolean {
  const entry = entries[index];
  const before = entries[index - 1];
  if (entry?.role !== "user" || before?.message.custom?.type !== "step_up") return false;
  const earlier = entries.slice(0, index - 1).findLast((one) => one.role === "user");
  return earlier !== undefined && earlier.message.text === entry.message.text;
}

/** A step-up is over once the customer's next message is there: the same confirmation again, or anything else. */
export function afterStepUp(entries: readonly Entry[], index: number): "done" | "dropped" | null {
  const next = entries.findIndex((later, at) => at > index && later.role === "user");
  if (next < 0) return null;
  return isRepeatAfterStepUp(entries, next) ? "done" : "dropped";
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

/** What was typed last, not pressed: a question that waits for a login. "" when nothing was. */
export function lastQuestion(entries: readonly Entry[]): string {
  const titles = entries.flatMap((entry) => entry.message.buttons?.map((button) => button.title) ?? []);
  const typed = entries.findLast(({ role, message }) => role === "user" && message.text && !titles.includes(message.text));
  return typed?.message.text ?? "";
}

/** Whether to write the time above an entry: at the start, and after a pause of five minutes. */
export function startsNewTime(entries: readonly Entry[], index: number): boolean {
  const at = Date.parse(entries[index]?.message.at ?? "");
  if (Number.isNaN(at)) return false;
  const before = entries.slice(0, index).findLast((entry) => entry.message.at);
  return !before || at - Date.parse(before.message.at ?? "") > 5 * 60_000;
}
