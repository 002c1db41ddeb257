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
  merchant?: string;
  item?: string;
  amount_fen?: number;
  available_fen?: number;
}

export interface Money {
  number?: string;
  amount_fen?: number;
  state?: string;
  receipt?: string;
  close_receipt?: string;
  purpose?: string;
  created_at?: string;
  sent_at?: string;
  at?: string;
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
  receivables?: Record<string, number>;
  debts?: Record<string, number>;
  limit?: Record<string, number>;
  limit_cut?: { old_fen?: number; new_fen?: number } | null;
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
  payouts?: Money[];
  applications?: Application[];
  unfreeze_from?: string | null;
  tickets?: Ticket[];
  journals?: Journal[];
}
