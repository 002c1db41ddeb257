// The ledger's JSON as far as the page shows it. Every field may be missing: an older or newer ledger still draws.

export interface Posting {
  account?: string;
  amount_fen?: number;
}

export interface Journal {
  id: number | string;
  at?: string;
  kind?: string;
  postings?: Posting[];
}

export interface Freeze {
  id?: number;
  kind?: string;
  placed_at?: string;
  evidence?: Record<string, unknown>;
}

export interface Bill {
  month?: string;
  due_on?: string;
  total_fen?: number;
  paid_fen?: number;
  outstanding_fen?: number;
  minimum_fen?: number;
  state?: string;
  days_overdue?: number;
}

export interface Plan {
  id?: number;
  kind?: string;
  label?: string;
  periods?: number;
  paid_periods?: number;
  billed_periods?: number;
  remaining_principal_fen?: number;
  fee_per_period_fen?: number;
  next_due_on?: string | null;
}

export interface Refund {
  order_no?: string;
  merchant?: string;
  item?: string;
  amount_fen?: number;
  state?: string;
}

export interface Refusal {
  at?: string;
  reason?: string;
  order_no?: string;
  merchant?: string;
  item?: string;
  amount_fen?: number;
  available_fen?: number;
}

/** A settlement, a charge or a payout. */
export interface Money {
  number?: string;
  amount_fen?: number;
  state?: string;
  created_at?: string;
  settled_at?: string | null;
  done_at?: string | null;
  /** Of a settlement. */
  close_after?: boolean;
  receipt?: string;
  close_receipt?: string;
  /** Of a charge; the due day's time for which an automatic debit was tried. */
  purpose?: string;
  due_at?: string | null;
}

export interface Application {
  number?: string;
  kind?: string;
  state?: string;
}

export interface Ticket {
  id?: number;
  kind?: string;
  state?: string;
}

export interface Account {
  customer_id?: string;
  state?: string;
  now?: string;
  opened_on?: string;
  closed_at?: string | null;
  close_receipt?: string;
  freezes?: Freeze[];
  debts?: Record<string, number>;
  limit?: Record<string, number>;
  limit_cut?: { old_fen?: number; new_fen?: number; at?: string; evidence?: Record<string, unknown> } | null;
  card_last4?: string;
  auto_debit?: boolean;
  credit_fen?: number;
  bill?: Bill | null;
  bills?: Bill[];
  next_bill_on?: string;
  next_due_on?: string;
  plans?: Plan[];
  refunds?: Refund[];
  refusals?: Refusal[];
  settlements?: Money[];
  charges?: Money[];
  /** A charge whose outcome is not known yet: nothing new may be bought meanwhile. */
  open_charge?: { number?: string; amount_fen?: number; sent_at?: string } | null;
  payouts?: Money[];
  applications?: Application[];
  unfreeze_from?: string | null;
  tickets?: Ticket[];
  journals?: Journal[];
  /** How the demo's payment gateway answers for this customer just now. */
  gateway_mode?: string;
}
