// The demo's own switches: what time it is in the ledger, and how the payment gateway answers.

import { html, type TemplateResult } from "lit";
import type { Account } from "./account";
import { GATEWAY_MODES, HELD, moment } from "./words";

export interface Switches {
  account: Account | null;
  /** Something was switched and is not done yet. */
  busy: boolean;
  setMode(mode: string): void;
  advance(by: string): void;
}

export function switches({ account, busy, setMode, advance }: Switches): TemplateResult {
  const off = busy || !account;
  const mode = account?.gateway_mode;
  const meaning = GATEWAY_MODES.find(([value]) => value === mode)?.[2] ?? (mode ? HELD : "选一位客户后可以拨动。");
  return html`<section class="box switches" aria-label="演示开关">
    <div class="clock">
      <h2>账本时间</h2>
      <p class="now">${account ? moment(account.now) : "—"}</p>
      <div role="group" aria-label="拨动时间">
        <button ?disabled=${off} @click=${() => advance("1d")}>下一天</button>
        <button ?disabled=${off} @click=${() => advance("1m")}>下个月</button>
      </div>
      <p class="none">出账、扣款、违约金一并补上。</p>
    </div>
    <div class="gateway">
      <h2>支付渠道</h2>
      <div role="group" class="choice" aria-label="支付渠道的回应">
        ${GATEWAY_MODES.map(([value, label]) => html`<button
          ?disabled=${off} aria-pressed=${String(mode === value)} @click=${() => setMode(value)}
        >${label}</button>`)}
      </div>
      <p class="none">${meaning}</p>
    </div>
  </section>`;
}
