// The demo page: what is marked as changed, and the ledger's values in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes } from "../demo/changes";
import { daysUntil, evidence, moment, yuan } from "../demo/words";

function watched(): { changes: Changes; wait: (ms: number) => void } {
  let now = 1_000_000;
  return { changes: new Changes(() => now), wait: (ms) => (now += ms) };
}

test("the first sight of an account marks nothing, and what comes later is marked for a while", () => {
  const { changes, wait } = watched();
  assert.equal(changes.mark("debts", "¥5"), "");
  changes.ready();
  assert.equal(changes.mark("debts", "¥5"), "");
  assert.equal(changes.mark("debts", "¥0"), "changed");
  assert.equal(changes.before("debts"), "¥5");
  assert.equal(changes.mark("receipt", "JQ1"), "changed");
  assert.equal(changes.before("receipt"), "");
  wait(6_000);
  assert.deepEqual([changes.mark("debts", "¥0"), changes.before("debts")], ["", ""]);
});

test("what changes twice in a moment is told from where it began", () => {
  const { changes, wait } = watched();
  changes.mark("state", "使用中");
  changes.ready();
  changes.mark("state", "关闭处理中");
  wait(2_000);
  assert.equal(changes.mark("state", "已关闭"), "changed");
  assert.equal(changes.before("state"), "使用中");
  wait(6_000);
  changes.mark("state", "使用中");
  assert.equal(changes.before("state"), "已关闭");
});

test("whether anything changed is known until it was looked at, and another account begins anew", () => {
  const { changes } = watched();
  changes.mark("debts", "¥5");
  changes.ready();
  assert.equal(changes.unseen, false);
  changes.mark("debts", "¥0");
  assert.equal(changes.unseen, true);
  changes.forget();
  assert.equal(changes.mark("debts", "¥9"), "");
  assert.equal(changes.unseen, false);
});

test("the ledger's values are told in words, amounts in yuan and moments in Shanghai", () => {
  assert.equal(yuan(123456), "¥1,234.56");
  assert.equal(yuan(undefined), "—");
  assert.equal(moment("2026-11-03T02:00:00Z"), "2026-11-03 10:00");
  assert.equal(evidence("overdue_fen", 100), "¥1.00");
  assert.equal(evidence("debt_ratio", "high"), "偏高");
  assert.equal(evidence("at", "2026-11-02T19:02:11+08:00"), "2026-11-02 19:02");
});

test("days are counted between the ledger's days, whatever the hour", () => {
  assert.equal(daysUntil("2026-11-06", "2026-11-03T23:59:59+08:00"), 3);
  assert.equal(daysUntil("2026-10-06", "2026-11-03T00:00:00+08:00"), -28);
  assert.equal(daysUntil("2026-11-03", "2026-11-03T10:00:00+08:00"), 0);
});
