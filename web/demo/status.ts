// What may be done with the account, and the evidence for what may not.

import { html, nothing, type TemplateResult } from "lit";
import type { Account, Freeze } from "./account";
import type { Changes } from "./changes";
import { box, headline, items, rows, type Part } from "./figures";
import { EVIDENCE, FREEZES, REASONS, STATES, evidence, moment, named, yuan } from "./words";

const TONES: Record<string, string> = { ACTIVE: "good", CLOSING: "wait", CLOSED: "over" };

export function status(account: Account, changes: Changes): TemplateResult {
  const { state = "", freezes = [], open_charge: open, limit_cut: cut } = account;
  const paused = state === "ACTIVE" && (freezes.length > 0 || Boolean(open));
  const tone = freezes.length ? "bad" : open ? "wait" : (TONES[state] ?? "");
  return box("账户状态", html`
    <div class="state ${tone}">
      ${headline(changes, "state", paused ? "暂停使用" : named(STATES, state), { id: "state" })}
    </div>
    ${freezes.map((each) => freeze(each, changes))}
    ${open ? proof("有一笔付款正在核实", open.sent_at, { number: open.number, amount_fen: open.amount_fen }, "wait") : nothing}
    ${cut ? proof("额度下调", cut.at, { ...cut.evidence, old_fen: cut.old_fen, new_fen: cut.new_fen }, "wait") : nothing}
    ${rows(changes, "status", [
      ["开通日期", account.opened_on ?? ""],
      ["自动扣款", account.card_last4 ? `${account.auto_debit ? "" : "未开通，"}尾号 ${account.card_last4}` : ""],
      ["关闭时间", moment(account.closed_at)],
      ["关闭凭证号", account.close_receipt ?? ""],
    ], "spread")}
  `);
}

function freeze({ id, kind, placed_at, evidence: why = {} }: Freeze, changes: Changes): TemplateResult {
  return html`<div class=${changes.mark(`freeze.${id}`, kind ?? "")}>${proof(`因${named(FREEZES, kind)}暂停使用`, placed_at, why, "bad")}</div>`;
}

/** A measure that was taken, since when, and what it rests on. */
function proof(title: string, since: string | undefined, why: Record<string, unknown>, tone: string): TemplateResult {
  const [lists, plain] = [true, false].map((listed) =>
    Object.entries(why).filter(([, value]) => Array.isArray(value) === listed));
  return html`<div class="proof ${tone}">
    <h3>${title}<time>${moment(since)} 起</time></h3>
    ${plain?.length
      ? html`<dl class="rows">${plain.map(([key, value]) =>
          html`<div><dt>${named(EVIDENCE, key)}</dt><dd>${evidence(key, value)}</dd></div>`)}</dl>`
      : nothing}
    ${lists?.map(([key, value]) => html`<p class="label">${named(EVIDENCE, key)}</p>${table(value as object[])}`)}
  </div>`;
}

function table(list: readonly object[]): TemplateResult {
  return html`<ul class="table">${list.map((one) =>
    html`<li>${Object.entries(one).map(([key, value]) => html`<span>${evidence(key, value)}</span>`)}</li>`)}</ul>`;
}

export function refusals(account: Account, changes: Changes): Part {
  const { refusals: list = [] } = account;
  if (!list.length) return nothing;
  return box("没付成的订单", items(changes, list.map((one, index) => ({
    key: `refusal.${one.order_no ?? index}`,
    title: `${one.merchant ?? ""} · ${one.item ?? ""}`,
    detail: named(REASONS, one.reason) + (one.reason === "limit" ? `，当时可用 ${yuan(one.available_fen)}` : ""),
    amount: yuan(one.amount_fen),
    note: moment(one.at),
  }))));
}
