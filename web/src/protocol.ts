// What the server sends and takes: Socket.IO events of the bot's web channel, and the cards inside messages.
// Nothing here is trusted to be complete: a field that a newer server adds is ignored, one it drops is tolerated.

export interface Button {
  title: string;
  /** Opaque and signed by the server; it names the sender, the action and its values. */
  token: string;
}

export interface ServerMessage {
  seq: number;
  role?: "user" | "bot";
  /** The client id of a user's message, when the server echoes it. */
  id?: string;
  text?: string;
  buttons?: Button[];
  custom?: Card;
  /** ISO time of the server's real clock. */
  at?: string;
}

export interface SessionAck {
  ok: boolean;
  messages?: ServerMessage[];
  seq?: number;
  notice?: string;
  /** ISO time of the server's real clock. */
  at?: string;
}

export interface UtterAck {
  ok: boolean;
  dup?: boolean;
  seq?: number;
  error?: { code: string; message: string; reference?: string };
}

/** One thing a person said: typed, or a button pressed. `id` makes a resend harmless. */
export interface Utterance {
  id: string;
  text?: string;
  button?: string;
}

export interface AmountLine {
  label: string;
  amount: string;
}

export interface BillCard {
  type: "bill";
  month: string;
  due_on: string;
  total: string;
  paid: string;
  outstanding: string;
  minimum: string;
  state: string;
  items?: { label: string; amount: string; on?: string }[];
}

export interface DebtsCard {
  type: "debts";
  lines: AmountLine[];
  total: string;
}

export interface QuoteCard {
  type: "quote";
  quote_id: string;
  lines: AmountLine[];
  waived?: AmountLine[];
  waived_total?: string;
  total: string;
  /** ISO time of the ledger's clock, which in the demo is not the real one: shown, never compared. */
  valid_until: string;
  /** Seconds left when the message was sent: what the countdown runs on. */
  seconds_left: number;
  close_after: boolean;
}

export interface CloseDecisionCard {
  type: "close_decision";
  lines: string[];
}

export interface ReceiptCard {
  type: "receipt";
  kind: "settle" | "close" | "settle_close";
  amount?: string;
  receipt?: string;
  close_receipt?: string;
  at?: string;
}

export interface DiagnosisCard {
  type: "diagnosis";
  cause?: string;
  title: string;
  evidence?: { label: string; value: string }[];
  remedy?: string;
}

export interface TicketCard {
  type: "ticket";
  number: string;
  state?: string;
  promised_by?: string;
}

export interface HandoffCard {
  type: "handoff";
  state: "taken" | "closed";
  ticket?: string | number;
}

export interface StepUpCard {
  type: "step_up";
  acr: string;
}

export interface LoginCard {
  type: "login";
}

export interface ErrorCard {
  type: "error";
  reference?: string;
}

export interface StatusCard {
  type: "status";
  state: "checking" | "declined";
  amount?: string;
  reference?: string;
}

/** Asked after a journey: the message's buttons are the answers, its text the question. */
export interface SatisfactionCard {
  type: "satisfaction";
}

export type Card =
  | BillCard
  | DebtsCard
  | QuoteCard
  | CloseDecisionCard
  | ReceiptCard
  | DiagnosisCard
  | TicketCard
  | HandoffCard
  | StepUpCard
  | LoginCard
  | ErrorCard
  | StatusCard
  | SatisfactionCard;
