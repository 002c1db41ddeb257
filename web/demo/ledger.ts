// The right side: one customer's account as the ledger has it, and the switches of the demo.

import { html, nothing, svg, type TemplateResult } from "lit";
import type { Account, Bill, Money } from "./account";
import type { Changes } from "./changes";
import { journals } from "./journals";
import {
  BILL_STATES, EVIDENCE, FREEZES, GATEWAY_MODES, PLANS, PURPOSES, REASONS, STATES, TICKETS, evidence, moment, named, yuan,
} from "./words";

export interface Panel {
  account: Account | null;
  anonymous: boolean;
  problem: string;
  mode: string;
  busy: boolean;
  changes: Changes;
  setMode(mode: string): void;
  advance(by: string): void;
}

type Row = readonly [label: string, value: string];
type Part = TemplateResult | typeof nothing;

export function ledgerView(panel: Panel): TemplateResult {
  const { account, anonymous, problem } = panel;
  const view = html`
    ${problem ? html`<p class="problem" role="status">${problem}</p>` : nothing}
    ${controls(panel)}
    ${anonymous ? html`<section class="box wide"><h2>未登录</h2><p class="none">访客没有账户。在对话里点登录，或在上方选择一位客户。</p></section>` : nothing}
    ${account
      ? html`<div class="column">
            ${status(account, panel.changes)} ${limit(account, panel.changes)} ${bill(account, panel.changes)}
          </div>
          <div class="column">
            ${debts(account, panel.changes)} ${plans(account, panel.changes)} ${activity(account, panel.changes)}
          </div>
          ${journals(account.journals ?? [], panel.changes)}`
      : nothing}
  `;
  if (account) panel.changes.ready();
  return view;
}

function box(title: string, body: unknown, size = ""): TemplateResult {
  return html`<section class="box ${size}"><h2>${title}</h2>${body}</section>`;
}

function rows(changes: Changes, key: string, list: readonly Row[]): TemplateResult {
  return html`<dl>${list.filter(([, value]) => value).map(([label, value]) =>
    html`<div class=${changes.mark(`${key}.${label}`, value)}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function controls({ account, mode, busy, anonymous, setMode, advance }: Panel): TemplateResult {
  return html`<section class="box wide controls" aria-label="演示开关">
    <div class="clock"><h2>账本时间</h2><p class="now">${account ? moment(account.now) : "—"}</p></div>
    <div role="group" aria-label="拨动时间">
      <button ?disabled=${busy || anonymous} @click=${() => advance("1d")}>+1 天</button>
      <button ?disabled=${busy || anonymous} @click=${() => advance("1m")}>+1 月</button>
    </div>
    <div class="gateway" role="group" aria-label="支付渠道的回应">
      <h2>支付渠道</h2>
      ${GATEWAY_MODES.map(([value, label]) => html`<button
        ?disabled=${busy || anonymous} aria-pressed=${String(mode === value)} @click=${() => setMode(value)}
      >${label}</button>`)}
    </div>
  </section>`;
}

function status(account: Account, changes: Changes): TemplateResult {
  const state = account.state ?? "";
  const freezes = account.freezes ?? [];
  return box("状态", html`
    <p class="headline ${changes.mark("state", state)}" id="state" data-state=${state}>
      ${named(STATES, state)}${freezes.length ? html`<span class="tag bad">暂停使用</span>` : nothing}
    </p>
    ${rows(changes, "status", [
      ["开通日期", account.opened_on ?? ""], ["关闭时间", moment(account.closed_at)], ["关闭凭证号", account.close_receipt ?? ""],
      ["可申请解冻", account.unfreeze_from ?? ""],
    ])}
    ${freezes.map((freeze) => html`<div class="freeze ${changes.mark(`freeze.${freeze.id}`, freeze.kind ?? "")}">
      <h3>${named(FREEZES, freeze.kind)}<time>${moment(freeze.placed_at)}</time></h3>
      <dl>${Object.entries(freeze.evidence ?? {}).map(([key, value]) =>
        html`<div><dt>${named(EVIDENCE, key)}</dt><dd>${evidence(key, value)}</dd></div>`)}</dl>
    </div>`)}
  `);
}

const DEBTS = [
  ["unbilled_fen", "未出账消费"], ["billed_fen", "已出账待还"], ["product_plan_fen", "商品分期本金"], ["bill_plan_fen", "账单分期本金"],
] as const;

function debts(account: Account, changes: Changes): TemplateResult {
  const known = account.debts ?? {};
  const total = known.total_fen ?? Object.values(account.receivables ?? {}).reduce((sum, fen) => sum + fen, 0);
  return box("欠款", html`
    <p class="headline ${changes.mark("debts", yuan(total))}" id="debts-total">${yuan(total)}</p>
    ${bar(DEBTS.map(([key], index) => [`kind${index}`, known[key] ?? 0]))}
    <dl class="legend">${DEBTS.map(([key, label], index) => html`<div class=${changes.mark(key, yuan(known[key]))}>
      <dt><i class="kind${index}"></i>${label}</dt><dd>${yuan(known[key])}</dd></div>`)}</dl>
    ${rows(changes, "debt", [
      ["其中逾期", known.overdue_fen ? yuan(known.overdue_fen) : ""],
      ["其中逾期违约金", known.penalty_fen ? yuan(known.penalty_fen) : ""],
      ["待退还款项", account.credit_fen ? yuan(account.credit_fen) : ""],
    ])}
  `);
}

/** Shares of a whole as a bar. Drawn with SVG attributes: a strict CSP allows no style attribute. */
function bar(parts: readonly (readonly [className: string, fen: number])[]): TemplateResult {
  const total = parts.reduce((sum, [, fen]) => sum + Math.max(0, fen), 0) || 1;
  let from = 0;
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="empty" width="100" height="6" />
    ${parts.map(([name, fen]) => {
      const width = (100 * Math.max(0, fen)) / total;
      from += width;
      return svg`<rect class=${name} x=${from - width} width=${width} height="6" />`;
    })}
  </svg>`;
}

function limit(account: Account, changes: Changes): TemplateResult {
  const { total_fen = 0, used_fen = 0, held_fen = 0, available_fen = 0 } = account.limit ?? {};
  const cut = account.limit_cut;
  return box("额度", html`
    <p class="headline ${changes.mark("available", yuan(available_fen))}"><small>可用</small>${yuan(available_fen)}</p>
    ${bar([["kind0", used_fen], ["kind2", held_fen], ["empty", available_fen]])}
    ${rows(changes, "limit", [
      ["总额度", yuan(total_fen)], ["已用", yuan(used_fen)], ["占用中", held_fen ? yuan(held_fen) : ""],
      ["曾下调", cut ? `${yuan(cut.old_fen)} → ${yuan(cut.new_fen)}` : ""],
    ])}
  `);
}

function bill(account: Account, changes: Changes): TemplateResult {
  const now: Bill | undefined = account.bill ?? account.bills?.[0];
  return box("账单", html`
    ${now
      ? html`<p class="headline ${changes.mark("bill", yuan(now.outstanding_fen))}"><small>${now.month ?? ""} 待还</small>${yuan(now.outstanding_fen)}</p>
          ${rows(changes, "bill", [
            ["状态", named(BILL_STATES, now.state) + (now.days_overdue ? `，${now.days_overdue} 天` : "")],
            ["还款日", now.due_on ?? ""], ["账单金额", yuan(now.total_fen)], ["最低还款", yuan(now.minimum_fen)],
          ])}`
      : html`<p class="none">还没有账单</p>`}
    ${rows(changes, "next", [["下次出账", account.next_bill_on ?? ""], ["下次还款日", account.next_due_on ?? ""]])}
  `);
}

function plans(account: Account, changes: Changes): Part {
  const running = account.plans ?? [];
  if (!running.length) return nothing;
  return box("分期", html`<dl>${running.map((plan) => {
    const left = yuan(plan.remaining_principal_fen);
    return html`<div class="tall ${changes.mark(`plan.${plan.id}`, left)}">
      <dt>${named(PLANS, plan.kind)}<small>${plan.label ?? ""}</small></dt>
      <dd>${left}<small>已还 ${plan.paid_periods ?? 0}/${plan.periods ?? 0} 期，每期手续费 ${yuan(plan.fee_per_period_fen)}</small></dd>
    </div>`;
  })}</dl>`);
}

function activity(account: Account, changes: Changes): TemplateResult {
  const { settlements = [], charges = [], payouts = [], refunds = [], refusals = [], applications = [], tickets = [] } = account;
  const list: TemplateResult[] = [
    ...settlements.map((one) => moneyRow("结清", one, changes)),
    ...charges.map((one) => moneyRow(`扣款 · ${named(PURPOSES, one.purpose)}`, one, changes)),
    ...payouts.map((one) => moneyRow("退还客户", one, changes)),
    ...applications.map((one) => line(changes, `application.${one.number}`, "解冻申请", one.number ?? "", "", named(STATES, one.state))),
    ...refunds.map((one) => line(changes, `refund.${one.order_no}`, "退款", `${one.merchant ?? ""} ${one.item ?? ""}`, yuan(one.amount_fen), named(STATES, one.state))),
    ...refusals.map((one, index) => line(changes, `refusal.${index}`, `未能付款 · ${named(REASONS, one.reason)}`, `${one.merchant ?? ""} ${one.item ?? ""}`, yuan(one.amount_fen), moment(one.at))),
    ...tickets.map((one) => line(changes, `ticket.${one.id}`, `人工服务单 ${one.id ?? ""}`, named(TICKETS, one.kind), "", named(STATES, one.state))),
  ];
  return box("结清、扣款与其他", list.length ? html`<dl>${list}</dl>` : html`<p class="none">没有记录</p>`);
}

function moneyRow(title: string, one: Money, changes: Changes): TemplateResult {
  const proof = [one.number, one.receipt, one.close_receipt].filter(Boolean).join("  ");
  return line(changes, `money.${title}.${one.number}`, title, proof, yuan(one.amount_fen), named(STATES, one.state));
}

function line(changes: Changes, key: string, title: string, detail: string, amount: string, state: string): TemplateResult {
  return html`<div class="tall ${changes.mark(key, amount + state + detail)}">
    <dt>${title}<small>${detail}</small></dt><dd>${amount}<small>${state}</small></dd>
  </div>`;
}
