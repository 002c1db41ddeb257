// The books: each journal with its postings, newest first. Debits are positive, credits negative, the sum is zero.

import { html, nothing, type TemplateResult } from "lit";
import type { Journal } from "./account";
import type { Changes } from "./changes";
import { ACCOUNTS, JOURNALS, moment, named, yuan } from "./words";

const SHOWN = 40;

export function journals(all: readonly Journal[], changes: Changes): TemplateResult {
  const newest = [...all].sort((a, b) => Number(b.id) - Number(a.id));
  return html`<section class="box wide books">
    <h2>分录<small>共 ${all.length} 笔，每笔借贷相等，记下后不能改</small></h2>
    <ol>${newest.slice(0, SHOWN).map((journal) => entry(journal, changes))}</ol>
    ${all.length > SHOWN ? html`<p class="none">更早的 ${all.length - SHOWN} 笔没有列出</p>` : nothing}
  </section>`;
}

function entry(journal: Journal, changes: Changes): TemplateResult {
  return html`<li class=${changes.mark(`journal.${journal.id}`, "posted")}>
    <p><strong>${named(JOURNALS, journal.kind)}</strong><small>${journal.id}</small><time>${moment(journal.at)}</time></p>
    <table>
      <tbody>${(journal.postings ?? []).map(({ account, amount_fen }) => html`<tr>
        <td><i>${(amount_fen ?? 0) < 0 ? "贷" : "借"}</i>${named(ACCOUNTS, account)}</td>
        <td class="amount">${(amount_fen ?? 0) > 0 ? yuan(amount_fen) : nothing}</td>
        <td class="amount">${(amount_fen ?? 0) < 0 ? yuan(-(amount_fen ?? 0)) : nothing}</td>
      </tr>`)}</tbody>
    </table>
  </li>`;
}
