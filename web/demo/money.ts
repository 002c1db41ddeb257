// What is owed, what may be spent, when what is due, and what has been paid.

import { html, nothing, type TemplateResult } from "lit";
import type { Account, Money } from "./account";
import type { Changes } from "./changes";
import { bar, box, headline, items, rows, type Item, type Part, type Share } from "./figures";
import { BILL_STATES, PLANS, PURPOSES, STATES, TICKETS, daysUntil, moment, named, yuan } from "./words";

const KINDS = [
  ["unbilled_fen", "未出账消费"], ["billed_fen", "已出账待还"], ["product_plan_fen", "商品分期本金"], ["bill_plan_fen", "账单分期本金"],
] as const;
const MOVEMENTS_SHOWN = 6;
const LATE = "已过还款日";
const UNFREEZE = "可申请解冻";

export function debts(account: Account, changes: Changes): TemplateResult {
  const known = account.debts ?? {};
  const shares = KINDS.map(([key], index): Share => [`kind${index}`, known[key] ?? 0]);
  const told = KINDS.map(([key, label]) => `${label} ${yuan(known[key] ?? 0)}`).join("，");
  return box("欠款", html`
    ${headline(changes, "debts", yuan(known.total_fen ?? 0), { id: "debts-total" })}
    ${bar(shares, told)}
    ${known.total_fen
      ? html`<dl class="rows spread">${KINDS.map(([key, label], index) => html`<div class=${changes.mark(key, yuan(known[key] ?? 0))}>
          <dt><i class="kind${index}"></i>${label}</dt><dd>${yuan(known[key] ?? 0)}</dd></div>`)}</dl>`
      : html`<p class="none">什么都不欠。</p>`}
    ${rows(changes, "debt", [
      ["其中逾期", known.overdue_fen ? yuan(known.overdue_fen) : ""],
      ["其中逾期违约金", known.penalty_fen ? yuan(known.penalty_fen) : ""],
      ["其中利息", known.interest_fen ? yuan(known.interest_fen) : ""],
      ["其中拒付", known.chargeback_fen ? yuan(known.chargeback_fen) : ""],
      ["待退还款项", account.credit_fen ? yuan(account.credit_fen) : ""],
    ], "spread")}
  `);
}

export function limit(account: Account, changes: Changes): TemplateResult {
  const { total_fen = 0, used_fen = 0, held_fen = 0, available_fen = 0 } = account.limit ?? {};
  return box("额度", html`
    ${headline(changes, "available", yuan(available_fen), { label: "可用", id: "available" })}
    ${bar([["kind0", used_fen], ["kind2", held_fen], ["empty", available_fen]], `已用 ${yuan(used_fen)}，共 ${yuan(total_fen)}`)}
    ${rows(changes, "limit", [
      ["总额度", yuan(total_fen)], ["已用", yuan(used_fen)], ["占用中", held_fen ? yuan(held_fen) : ""],
    ])}
  `, "half");
}

/** The days that come, the nearest first. A closed account has none. */
export function dates(account: Account, changes: Changes): TemplateResult {
  const { bill, now = "" } = account;
  const due = bill?.outstanding_fen ? bill.due_on : undefined;
  const coming = ([
    [due && daysUntil(due, now) < 0 ? LATE : "还款日", due],
    ["下次出账", account.next_bill_on], ["下次还款日", account.next_due_on], [UNFREEZE, account.unfreeze_from],
  ] as const).filter(([, on]) => on).sort(([, one], [, other]) => (one! < other! ? -1 : 1));
  const body = account.state === "CLOSED" || !coming.length
    ? html`<p class="none">账户已关闭，不再出账。</p>`
    : html`<ul class="items">${coming.map(([label, on]) => html`<li class=${changes.mark(`date.${label}`, on ?? "")}>
        <p>${label}<small>${on}</small></p><p class="days ${label === LATE ? "bad" : ""}">${away(daysUntil(on!, now), label)}</p>
      </li>`)}</ul>`;
  return box("接下来的日子", body, "half");
}

function away(days: number, label: string): string {
  if (days > 0) return `${days} 天后`;
  if (label === UNFREEZE) return "现在就可以";
  return days ? `${-days} 天前` : "今天";
}

export function bill(account: Account, changes: Changes): Part {
  const now = account.bill ?? account.bills?.[0];
  if (!now) return nothing;
  const late = now.days_overdue ? ` ${now.days_overdue} 天` : "";
  return box(`${now.month ?? ""} 账单`, html`
    ${headline(changes, "bill", yuan(now.outstanding_fen), { label: "待还" })}
    ${rows(changes, "bill", [
      ["状态", named(BILL_STATES, now.state) + late], ["账单金额", yuan(now.total_fen)], ["已还", yuan(now.paid_fen)],
      ["最低还款", yuan(now.minimum_fen)],
    ], "spread")}`, account.plans?.length ? "half" : "");
}

export function plans(account: Account, changes: Changes): Part {
  const { plans: running = [] } = account;
  if (!running.length) return nothing;
  return box("分期", items(changes, running.map((plan) => ({
    key: `plan.${plan.id}`,
    title: named(PLANS, plan.kind),
    detail: `${plan.label ?? ""}，每期手续费 ${yuan(plan.fee_per_period_fen)}`,
    amount: yuan(plan.remaining_principal_fen),
    note: `已还 ${plan.paid_periods ?? 0}/${plan.periods ?? 0} 期`,
  }))), account.bill || account.bills?.length ? "half" : "");
}

export function movements(account: Account, changes: Changes): TemplateResult {
  const { settlements = [], charges = [], payouts = [], refunds = [], applications = [], tickets = [] } = account;
  const list: readonly Item[] = [
    ...tickets.map((one) => ({
      key: `ticket.${one.id}`, title: `人工服务单 ${one.id ?? ""}`, detail: named(TICKETS, one.kind), note: named(STATES, one.state),
    })),
    ...applications.map((one) => ({
      key: `application.${one.number}`, title: "解冻申请", detail: one.number ?? "", note: named(STATES, one.state),
    })),
    ...refunds.map((one) => ({
      key: `refund.${one.order_no}`, title: "退款", detail: `${one.merchant ?? ""} · ${one.item ?? ""}`,
      amount: yuan(one.amount_fen), note: named(STATES, one.state),
    })),
    ...newestFirst(payouts).map((one) => moved("退还客户", one)),
    ...newestFirst(settlements).map((one) => moved(one.close_after ? "提前结清并关闭" : "提前结清", one)),
    ...newestFirst(charges).map((one) => moved(`扣款 · ${one.due_at ? "自动还款" : named(PURPOSES, one.purpose)}`, one)),
  ];
  const older = list.length - MOVEMENTS_SHOWN;
  return box("付款、退款与申请", html`
    ${list.length ? items(changes, list.slice(0, MOVEMENTS_SHOWN)) : html`<p class="none">还没有</p>`}
    ${older > 0 ? html`<p class="none">另有 ${older} 项没有列出</p>` : nothing}
  `);
}

function newestFirst<T>(list: readonly T[]): T[] {
  return [...list].reverse();
}

function moved(title: string, one: Money): Item {
  const proof = [one.number, one.receipt, one.close_receipt].filter(Boolean).join(" · ");
  const tone = one.state === "FAILED" ? "bad" : one.state === "UNKNOWN" ? "wait" : "";
  const when = moment(one.settled_at ?? one.done_at ?? one.created_at);
  return { key: `money.${one.number}`, title, detail: `${proof}${when ? `，${when}` : ""}`, amount: yuan(one.amount_fen), note: named(STATES, one.state), tone };
}
