// What a decision's card says, and what then is not said beside it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { besideCard, cardView } from "../src/cards/index";
import type { CardContext } from "../src/cards/context";
import type { Card, ServerMessage } from "../src/protocol";
import type { Ratings } from "../src/ratings";
import { Store } from "../src/store";
import { stringsFor } from "../src/strings";
import { conversation, type Acts } from "../src/view";
import { drawn } from "./drawn";

const EFFECTS = ["点确认后从尾号1024的银行卡扣款并关闭月付，不能撤回", "关闭后额度取消，再开通要重新评估"];
const QUOTE: Card = {
  type: "quote", quote_id: "q", lines: [{ label: "已出账待还", amount: "¥1.00", amount_fen: 100 }], total: "¥1.00", total_fen: 100,
  valid_until: "", seconds_left: 900, close_after: true, effects: EFFECTS,
};
const CLOSE: Card = { type: "close_decision", lines: ["待还：¥0.00"], effects: EFFECTS };

function shown(custom: Card, language = "zh-CN"): string {
  const message: ServerMessage = { seq: 1, custom, buttons: [{ title: "确认", token: "1" }, { title: "先不关", token: "2" }] };
  const context: CardContext = {
    t: stringsFor(language), language, message, live: message.buttons!, decided: null, underWay: false, paused: false, settling: false,
    changedFrom: "", stepUp: "lost", secondsLeft: (seconds) => seconds, press: () => 0, say: () => 0, login: () => 0, verify: () => 0,
  };
  return drawn(cardView(custom, context));
}

test("what confirming does stands in the card, after the amount and above the buttons", () => {
  for (const card of [QUOTE, CLOSE]) {
    const text = shown(card);
    const places = ["¥", ...EFFECTS, "确认</button>"].map((words) => text.lastIndexOf(words));
    assert.ok(places.every((place, at) => place > (places[at - 1] ?? 0)), text);
  }
});

test("what the card lists is not said beside it too, and nothing else is left out", () => {
  const listed = `${EFFECTS.join("；")}。`;
  for (const custom of [QUOTE, CLOSE]) {
    assert.equal(besideCard({ seq: 1, custom, text: listed }), "");
    assert.equal(besideCard({ seq: 1, custom, text: `没有欠款，可以关闭。${listed}` }), "没有欠款，可以关闭。");
    assert.equal(besideCard({ seq: 1, custom, text: "还没有办理，要现在办理吗？" }), "还没有办理，要现在办理吗？");
  }
  const { effects: _, ...older } = CLOSE;
  assert.equal(besideCard({ seq: 1, custom: older, text: listed }), listed);
  assert.equal(besideCard({ seq: 1, text: "您好。" }), "您好。");
  assert.equal(besideCard({ seq: 1, custom: { type: "step_up", acr: "payment" }, text: "请先验证身份。" }), "");
});

test("in an English widget what the server wrote is marked as Chinese, and what the widget says is not", () => {
  const chinese = (text: string): string[] => [...text.matchAll(/<(\w+)[^>]* lang="zh-CN"[^>]*>(.*?)<\/\1>/gs)].map((found) => found[2]!);
  const said = chinese(shown(QUOTE, "en")).join();
  for (const words of ["已出账待还", ...EFFECTS, "先不关"]) assert.ok(said.includes(words), words);
  for (const words of ["Total due", "Settle and close quote", "Valid for"]) assert.ok(shown(QUOTE, "en").includes(words) && !said.includes(words), words);
  const store = new Store();
  store.receive([{ seq: 1, role: "user", text: "怎么关闭" }, { seq: 2, role: "bot", text: "可以关闭", buttons: [{ title: "现在关闭", token: "3" }] }], false);
  store.queue({ id: "one", text: "好" }, "好");
  store.mark("one", "failed", "请稍后再试");
  const state = { state: () => null } as unknown as Ratings;
  const acts = { settling: () => false, stepUpState: () => "lost" } as unknown as Acts;
  const talk = drawn(conversation({ t: stringsFor("en"), language: "en", store, link: "online", acts, ratings: state }));
  assert.deepEqual(chinese(talk), ["怎么关闭", "可以关闭", "好", "请稍后再试"]);
  store.discard("one");
  assert.ok(chinese(drawn(conversation({ t: stringsFor("en"), language: "en", store, link: "online", acts, ratings: state }))).includes("现在关闭"));
});
