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
  custom?: Card & { journey?: Journey };
  /** Whether it helped, where this message ended a journey and the customer has said so. */
  rated?: boolean;
  /** ISO time of the server's real clock. */
  at?: string;
}

/** What the customer came for, ended by this message; `reference` is the same where the same ending is told again. */
export interface Journey {
  name: string;
  outcome: string;
  reference: string;
}

export interface Rating {
  seq: number;
  helped: boolean;
  words?: string;
}

export interface RateAck {
  ok: boolean;
}

export interface SessionAck {
  ok: boolean;
  messages?: ServerMessage[];
  seq?: number;
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

/** Amounts are whole fen, written by `Intl`; the text beside them is for clients that draw no cards. */
export interface AmountLine {
  label: string;
  amount: string;
  amount_fen?: number;
}

export interface BillCard {
  type: "bill";
  month: string;
  due_on: string;
  total: string;
  total_fen?: number;
  paid: string;
  paid_fen?: number;
  outstanding: string;
  outstanding_fen?: number;
  minimum: string;
  minimum_fen?: number;
  state: string;
  items?: (AmountLine & { on?: string })[];
}

export interface DebtsCard {
  type: "debts";
  lines: AmountLine[];
  total: string;
  total_fen?: number;
}

/** What confirming does; the text beside the card ends with these, as one sentence. */
interface Effects {
  effects?: string[];
}

export interface QuoteCard extends Effects {
  type: "quote";
  quote_id: string;
  lines: AmountLine[];
  waived?: AmountLine[];
  waived_total?: string;
  waived_total_fen?: number;
  total: string;
  total_fen?: number;
  /** ISO time of the ledger's clock, which in the demo is not the real one: shown, never compared. */
  valid_until: string;
  /** Seconds left when the message was sent: what the countdown runs on. */
  seconds_left: number;
  close_after: boolean;
}

export interface CloseDecisionCard extends Effects {
  type: "close_decision";
  lines: string[];
}

export interface ReceiptCard {
  type: "receipt";
  kind: "settle" | "close" | "settle_close";
  amount?: string;
  amount_fen?: number;
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
  amount_fen?: number;
  reference?: string;
}

/** The button that was pressed has expired, or is none of ours: nothing was done. */
export interface LapsedCard {
  type: "lapsed";
}

/** An application that was filed; what comes of it is not known yet. */
export interface ApplicationCard {
  type: "application";
  number: string;
  at?: string;
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
  | LapsedCard
  | ApplicationCard;
