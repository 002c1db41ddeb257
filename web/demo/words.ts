// The ledger's codes in Chinese, for the demo page's right side only.

type Words = Record<string, string>;

export const ACCOUNTS: Words = {
  "receivable.unbilled": "应收 · 未出账消费",
  "receivable.billed": "应收 · 已出账",
  "receivable.plan": "应收 · 分期本金",
  "receivable.fee": "应收 · 手续费",
  "receivable.interest": "应收 · 利息",
  "receivable.penalty": "应收 · 逾期违约金",
  "receivable.chargeback": "应收 · 拒付",
  "gateway.clearing": "支付渠道待清算",
  bank: "银行存款",
  "merchant.payable": "应付商户",
  "customer.credit": "待退还款项",
  "suspense.gateway": "支付渠道挂账",
  "income.fee": "手续费收入",
  "income.interest": "利息收入",
  "income.penalty": "违约金收入",
  "income.waiver": "减免",
  "limit.hold": "额度占用",
  "limit.hold.contra": "额度占用（对方科目）",
};

export const STATES: Words = {
  ACTIVE: "使用中", CLOSING: "关闭处理中", CLOSED: "已关闭",
  CREATED: "已创建", SENT: "已发送", SETTLED: "已结清", SUCCEEDED: "成功", FAILED: "失败", UNKNOWN: "正在核实",
  FILED: "已提交", GRANTED: "已通过", REFUSED: "未通过", PENDING: "处理中", DONE: "已完成", OPEN: "待处理", TAKEN: "处理中",
  PAID: "已还清", OVERDUE: "已逾期", INSTALMENT: "已分期",
};

export const BILL_STATES: Words = { ...STATES, OPEN: "待还款" };

export const FREEZES: Words = {
  overdue: "逾期", risk: "登录环境异常", bureau: "征信评估", dispute: "争议", fraud: "盗用调查", customer: "本人要求",
};

export const REASONS: Words = {
  limit: "额度不足", freeze: "暂停使用", shop: "店铺不支持", item: "商品不支持", closed: "已关闭",
};

export const PLANS: Words = { product: "商品分期", bill: "账单分期" };

export const TICKETS: Words = {
  human: "人工咨询", hardship: "还款困难", fraud: "盗用", dispute: "争议", complaint: "投诉", chargeback: "拒付",
};

export const PURPOSES: Words = { settle: "提前结清", repay: "还款" };

export const JOURNALS: Words = {
  hold: "占用额度", hold_captured: "占用转消费", hold_released: "释放额度", hold_expired: "占用到期释放", purchase: "消费入账",
  bill: "出账", bill_instalment: "账单分期", fee: "分期手续费", interest: "利息", penalty: "逾期违约金", repayment: "还款",
  debit: "自动还款", settlement: "提前结清", refund: "退款", payout: "退还客户", late_success: "迟到的扣款", chargeback: "拒付",
  chargeback_offset: "拒付抵扣", waiver: "减免", compensation: "补偿",
};

/** Names inside a freeze's evidence; what is not listed keeps the ledger's own name. */
export const EVIDENCE: Words = {
  logins: "近期登录", at: "时间", city: "城市", device: "设备", bill: "账单", days: "逾期天数", overdue_fen: "逾期金额",
  checked_on: "查询日期", overdue_elsewhere: "他处逾期笔数", debt_ratio: "负债水平", high: "偏高", days_late: "逾期天数",
  old_fen: "原额度", new_fen: "现额度", due_on: "还款日", cleared_on: "还清日期", number: "付款编号", amount_fen: "付款金额",
};

export const GATEWAY_MODES: readonly (readonly [mode: string, label: string, meaning: string])[] = [
  ["succeed", "成功", "扣款马上成功。"],
  ["decline", "拒绝", "银行卡余额不足，没有扣款。"],
  ["timeout", "超时", "钱扣了，回答丢了；几秒后查得到。"],
  ["late", "迟到", "像没收到，撤销之后又来一笔成功。"],
  ["chargeback", "拒付", "先成功，几秒后银行把钱要回去。"],
];
/** What is said of a mode that only the seed sets. */
export const HELD = "这位客户的扣款停在处理中，选“成功”放行。";

export function named(words: Words, code: string | undefined): string {
  return words[code ?? ""] ?? code ?? "";
}

const YUAN = new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol" });

/** Fen as yuan for reading; a number that is missing is a dash, not a zero. */
export function yuan(fen: number | null | undefined): string {
  return typeof fen === "number" ? YUAN.format(fen / 100) : "—";
}

/** "2026-11-03T10:00:00+08:00" → "2026-11-03 10:00", in the ledger's zone. Dates and other text stay as they are. */
export function moment(iso: string | null | undefined): string {
  if (!iso?.includes("T")) return iso ?? "";
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(at);
}

/** Whole days from a moment's day to a date; both are the ledger's. */
export function daysUntil(date: string, now: string): number {
  return Math.round((Date.parse(date) - Date.parse(now.slice(0, 10))) / 86_400_000);
}

/** A value of a freeze's evidence as text: amounts in yuan, moments in the ledger's zone. */
export function evidence(key: string, value: unknown): string {
  if (key.endsWith("_fen") && typeof value === "number") return yuan(value);
  return named(EVIDENCE, moment(String(value ?? "")));
}
