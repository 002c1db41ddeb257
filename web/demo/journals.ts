// The books: each journal with its postings, the newest first and day by day. Debits and credits of each are equal.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Journal, Posting } from "./account";
import type { Changes } from "./changes";
import { ACCOUNTS, JOURNALS, moment, named, yuan } from "./words";

const SHOWN = 40;

export function journals(all: readonly Journal[], changes: Changes): TemplateResult {
  const newest = [...all].sort((one, other) => Number(other.id) - Number(one.id)).slice(0, SHOWN);
  const days = [...new Set(newest.map(dayOf))];
  return html`<section class="box books" tabindex="0" aria-label="分录">
    <h2>分录<small>共 ${all.length} 笔，借贷相等，记下不改</small></h2>
    ${all.length ? nothing : html`<p class="none">还没有记过账</p>`}
    ${repeat(days, (day) => day, (day) => html`
      <h3>${day}</h3>
      <ol>${repeat(newest.filter((each) => dayOf(each) === day), (each) => each.id, (each) => entry(each, changes))}</ol>`)}
    ${all.length > SHOWN ? html`<p class="none">更早的 ${all.length - SHOWN} 笔没有列出</p>` : nothing}
  </section>`;
}

function dayOf({ at }: Journal): string {
  return moment(at).slice(0, 10);
}

function entry(journal: Journal, changes: Changes): TemplateResult {
  return html`<li class=${changes.mark(`journal.${journal.id}`, "posted")}>
    <p><strong>${named(JOURNALS, journal.kind)}</strong><small>${journal.id}</small><time>${moment(journal.at).slice(11)}</time></p>
    <ul>${debitsFirst(journal.postings ?? []).map(posting)}</ul>
  </li>`;
}

function debitsFirst(postings: readonly Posting[]): Posting[] {
  return [...postings].sort((one, other) => Number((one.amount_fen ?? 0) < 0) - Number((other.amount_fen ?? 0) < 0));
}

function posting({ account, amount_fen = 0 }: Posting): TemplateResult {
  const credit = amount_fen < 0;
  return html`<li class=${credit ? "credit" : ""}>
    <span>${credit ? "贷" : "借"}</span><span>${named(ACCOUNTS, account)}</span><span>${yuan(Math.abs(amount_fen))}</span>
  </li>`;
}
