// One press of a button, and the strong login it may need. The page makes the login; then the same button is pressed
// again under a new id. It is asked for by itself once; after a refusal only when the person taps.

import type { StepUpState } from "./cards/context";
import type { Button, ServerMessage } from "./protocol";
import type { StepUpProvider } from "./public";
import type { Entry } from "./store";
import { afterStepUp, buttonBefore } from "./timeline";

/** What going on takes: a connection with the stronger token, and the button once more. */
export type Continue = (token: string, button: Button) => void;

export class Press {
  #acr = "";
  #seq = 0;
  #asked = false;
  #failed = false;

  constructor(readonly button: Button) {}

  /** The press that the last step-up of a conversation stopped: the known one, or after a reload one found again. */
  static current(known: Press | null, entries: readonly Entry[]): Press | null {
    const index = entries.findLastIndex((entry) => entry.message.custom?.type === "step_up");
    const button = buttonBefore(entries, index);
    const stepUp = entries[index] && stepUpIn([entries[index].message]);
    if (!stepUp || (known && known.#seq === stepUp.seq)) return known;
    if (!button) return null;
    const press = new Press(button);
    press.needs(stepUp.acr, stepUp.seq);
    return press;
  }

  /** The server wants a strong login for this press. True when the page is to be asked now. */
  needs(acr: string, seq: number): boolean {
    this.#acr = acr;
    this.#seq = seq;
    this.#failed = this.#asked;
    return !this.#asked;
  }

  /** Asks the page. `wanted` tells, once the page has answered, whether this is still the press that counts. */
  async verify(provider: StepUpProvider | undefined, wanted: () => boolean, proceed: Continue): Promise<void> {
    this.#asked = true;
    this.#failed = false;
    try {
      const token = await provider?.(this.#acr);
      if (token && wanted()) proceed(token, this.button);
      else this.#failed = true;
    } catch {
      this.#failed = true; // the person cancelled, or the login failed: nothing was done
    }
  }

  state(entries: readonly Entry[], index: number): StepUpState {
    const over = afterStepUp(entries, index);
    if (over) return over;
    if (this.#seq !== entries[index]?.message.seq) return "lost";
    return this.#failed ? "failed" : "waiting";
  }

  /** For a step-up that no press of this page asked for, e.g. after a reload or in a second tab. */
  static stateWithout(entries: readonly Entry[], index: number): StepUpState {
    return afterStepUp(entries, index) ?? "lost";
  }
}

/** The last request for a strong login among messages. */
export function stepUpIn(messages: readonly ServerMessage[]): { acr: string; seq: number } | null {
  const last = messages.findLast((message) => message.custom?.type === "step_up");
  return last?.custom?.type === "step_up" ? { acr: last.custom.acr, seq: last.seq } : null;
}
