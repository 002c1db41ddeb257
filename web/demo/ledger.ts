// Beside the chat: the demo's switches, what to try, one customer's account as the ledger has it, and its books.

import { html, nothing, type TemplateResult } from "lit";
import type { Account } from "./account";
import type { Changes } from "./changes";
import { journals } from "./journals";
import { bill, dates, debts, limit, movements, plans } from "./money";
import { refusals, status } from "./status";
import { switches, type Switches } from "./switches";
import { tour, type Tour } from "./tour";

export interface Panel extends Switches {
  anonymous: boolean;
  problem: string;
  changes: Changes;
  tour: Tour;
}

export function ledgerView(panel: Panel): TemplateResult {
  const { account, changes } = panel;
  return html`
    ${panel.problem ? html`<p class="problem" role="status">${panel.problem}</p>` : nothing}
    ${switches(panel)} ${tour(panel.tour)}
    ${account ? accountView(account, changes) : nothing}
    ${panel.anonymous ? html`<section class="box visitor"><h2>未登录</h2><p class="none">访客没有账户，只得到一般的回答。在对话里点登录，或在上方选一位客户。</p></section>` : nothing}
    ${account ? journals(account.journals ?? [], changes) : nothing}
  `;
}

function accountView(account: Account, changes: Changes): TemplateResult {
  const parts = [status, refusals, debts, limit, dates, bill, plans, movements];
  return html`<div class="account" role="region" aria-label="账户" tabindex="0">${parts.map((part) => part(account, changes))}</div>`;
}
