// The closed set of cards. A type that is not in it is not shown: the message's text says what matters.

import { nothing, type TemplateResult } from "lit";
import type { Card, ServerMessage } from "../protocol";
import { application } from "./application";
import { bill } from "./bill";
import { closeDecision } from "./close_decision";
import type { CardContext } from "./context";
import { debts } from "./debts";
import { diagnosis } from "./diagnosis";
import { error } from "./error";
import { handoff } from "./handoff";
import { login } from "./login";
import { quote } from "./quote";
import { receipt } from "./receipt";
import { status } from "./status";
import { stepUp } from "./step_up";
import { ticket } from "./ticket";

/** What is said beside a card. Where there is no widget the text also asks for what the widget does itself, and tells
    what the card lists. */
export function besideCard({ text = "", custom }: ServerMessage): string {
  if (custom?.type === "step_up") return "";
  const listed = custom && "effects" in custom && custom.effects.join("；");
  return listed ? text.replace(`${listed}。`, "") : text;
}

export function cardView(card: Card, context: CardContext): TemplateResult | typeof nothing {
  switch (card.type) {
    case "bill": return bill(card, context);
    case "debts": return debts(card, context);
    case "quote": return quote(card, context);
    case "close_decision": return closeDecision(card, context);
    case "receipt": return receipt(card, context);
    case "diagnosis": return diagnosis(card, context);
    case "ticket": return ticket(card, context);
    case "handoff": return handoff(card, context);
    case "step_up": return stepUp(card, context);
    case "login": return login(card, context);
    case "error": return error(card, context);
    case "status": return status(card, context);
    case "application": return application(card, context);
    default: return nothing;
  }
}
