import assert from "node:assert/strict";
import { test } from "node:test";
import { Settling, SETTLING_MS } from "../src/following";

const buttons = [{ title: "确认结清 ¥1.00", token: "signed" }];

test("buttons that have just appeared sleep for a moment, older ones do not", () => {
  let now = 0;
  const settling = new Settling(() => undefined, () => now);
  assert.equal(settling.holds({ seq: 1, buttons }), false);
  settling.appeared([{ seq: 4, text: "先说一句" }, { seq: 5, buttons }]);
  assert.deepEqual([4, 5, 6].map((seq) => settling.holds({ seq })), [false, true, true]);
  now = SETTLING_MS;
  assert.equal(settling.holds({ seq: 5 }), false);
});
