// What a card may know and do. Cards are functions from data to a template; they keep nothing themselves.

import type { TemplateResult } from "lit";
import type { Button, ServerMessage } from "../protocol";
import type { Strings } from "../strings";
import type { Decided } from "../timeline";

/** How far a strong login has come: `lost` when this page did not ask for it, `dropped` when the talk went on without. */
export type StepUpState = "waiting" | "failed" | "lost" | "done" | "dropped";

export interface CardContext {
  t: Strings;
  language: string;
  message: ServerMessage;
  /** The message's buttons that may still be pressed. */
  live: readonly Button[];
  /** What was answered to this message's decision; null while it is open. */
  decided: Decided | null;
  /** The answer is given and its outcome is not there yet. */
  underWay: boolean;
  /** The answer is given and waits for a strong login that is not being made. */
  paused: boolean;
  /** The message has only just appeared: a click meant for what was there before must not decide anything. */
  settling: boolean;
  /** The total of the quote that this one replaced, when it was another; else "". */
  changedFrom: string;
  stepUp: StepUpState;
  secondsLeft(secondsAtSending: number): number;
  press(button: Button): void;
  say(text: string): void;
  login(): void;
  verify(): void;
}

export type View<T> = (card: T, context: CardContext) => TemplateResult;
