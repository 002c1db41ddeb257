import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card, ServerMessage } from "../src/protocol";
import { Store, type Entry } from "../src/store";
import {
  afterStepUp, asksOnlyForLogin, buttonBefore, changedFrom, decided, isRepeatAfterStepUp, isUnderWay, lastQuestion, liveButtons, offersLogin,
  pressId, startsNewTime, withStaff,
} from "../src/timeline";

const CONFIRM = { title: "确认结清 ¥1.00", token: "signed-1" };
const CANCEL = { title: "先不结清", token: "signed-2" };

function talk(...said: (string | Partial<ServerMessage>)[]): Entry[] {
  const store = new Store();
  store.receive(said.map((one, index) => ({
    seq: index + 1,
    ...(typeof one === "string" ? { role: "user" as const, text: one } : { role: "bot" as const, ...one }),
  })), false);
  return store.entries();
}

const question: Partial<ServerMessage> = { text: "报价", buttons: [CONFIRM, CANCEL] };
const stepUp: Partial<ServerMessage> = { custom: { type: "step_up", acr: "payment" } };

test("buttons live until the customer says anything; a message pushed in between leaves them", () => {
  assert.equal(liveButtons(talk("结清", question), 1).length, 2);
  assert.equal(liveButtons(talk("结清", question, { text: "人工客服已答复" }), 1).length, 2);
  assert.equal(liveButtons(talk("结清", question, "等等"), 1).length, 0);
});

test("news that offer the same anew, or that staff have ended, take older quick replies away, never a decision", () => {
  const back: Partial<ServerMessage> = { text: "人工客服来了", buttons: [{ title: "回到智能助手", token: "signed-3" }, CANCEL] };
  const titles = (entries: Entry[], index: number): string[] => liveButtons(entries, index).map((button) => button.title);
  const closed: Partial<ServerMessage> = { custom: { type: "handoff", state: "closed" }, buttons: [{ title: "看看能办什么", token: "signed-4" }] };
  assert.deepEqual(titles(talk("人工", back, closed), 1), []);
  assert.deepEqual(titles(talk("人工", back, closed), 2), ["看看能办什么"]);
  const reply = talk("人工", back, { text: "【人工客服】您好", buttons: [back.buttons![0]!] });
  assert.deepEqual([titles(reply, 1), titles(reply, 2)], [[CANCEL.title], ["回到智能助手"]]);
  const quote: Card = { type: "quote", quote_id: "q", lines: [], total: "", valid_until: "", seconds_left: 900, close_after: false };
  assert.equal(liveButtons(talk("结清", { custom: quote, ...question }, closed), 1).length, 2);
  assert.equal(liveButtons(talk("结清", { custom: quote, ...question }, back), 1).length, 2);
});

test("an unsent answer already takes the buttons away", () => {
  const store = new Store();
  store.receive([{ seq: 1, role: "bot", ...question }], true);
  store.queue({ id: "one", button: CONFIRM.token }, CONFIRM.title);
  assert.equal(liveButtons(store.entries(), 0).length, 0);
  assert.equal(isUnderWay(store.entries(), 0), true);
  store.mark("one", "failed");
  assert.equal(isUnderWay(store.entries(), 0), false);
});

test("a decision shows what was chosen, also after a reload, and that words choose nothing", () => {
  assert.equal(decided(talk(question), 0), null);
  assert.deepEqual(decided(talk(question, CONFIRM.title, { text: "已结清" }), 0), { title: CONFIRM.title, outcome: undefined });
  assert.deepEqual(decided(talk(question, "好的", { text: "再看一次" }), 0), { title: "", outcome: undefined });
});

test("a receipt is the end of a decision, also where a fault is told after it", () => {
  const receipt: Card = { type: "receipt", kind: "settle", amount: "¥1.00" };
  const fault: Card = { type: "error", reference: "E-1" };
  const outcome = (...after: Card[]): string | undefined =>
    decided(talk(question, CONFIRM.title, ...after.map((custom) => ({ text: "。", custom }))), 0)?.outcome?.type;
  assert.equal(outcome(receipt, fault), "receipt");
  assert.equal(outcome(fault, receipt), "receipt");
});

test("a button that the server takes no more has decided nothing", () => {
  const lapsed: Card = { type: "lapsed" };
  assert.deepEqual(decided(talk(question, CONFIRM.title, { custom: lapsed }), 0), { title: CONFIRM.title, outcome: lapsed });
});

test("the same button pressed in two tabs at once shows what came of it", () => {
  const receipt: Card = { type: "receipt", kind: "settle" };
  const both = talk(question, CONFIRM.title, CONFIRM.title, stepUp, stepUp, CONFIRM.title, { custom: receipt });
  assert.deepEqual(decided(both, 0), { title: CONFIRM.title, outcome: receipt });
  const declined: Card = { type: "status", state: "declined" };
  const again = talk(question, CONFIRM.title, { custom: declined }, CONFIRM.title, { custom: receipt });
  assert.deepEqual(decided(again, 0)?.outcome, declined);
});

test("the answer is under way until something comes back; a strong login asked for in between does not end it", () => {
  assert.equal(isUnderWay(talk(question), 0), false);
  assert.equal(isUnderWay(talk(question, CONFIRM.title), 0), true);
  assert.equal(isUnderWay(talk(question, CONFIRM.title, stepUp), 0), true);
  assert.equal(isUnderWay(talk(question, CONFIRM.title, stepUp, CONFIRM.title), 0), true);
  assert.equal(isUnderWay(talk(question, CONFIRM.title, stepUp, CONFIRM.title, { text: "已结清" }), 0), false);
  assert.equal(isUnderWay(talk(question, CONFIRM.title, stepUp, "算了"), 0), false);
  assert.equal(isUnderWay(talk(question, "好的"), 0), false);
});

test("the same confirmation after a strong login is one act and one bubble", () => {
  const done = talk(question, CONFIRM.title, stepUp, CONFIRM.title);
  assert.deepEqual(done.map((_, index) => isRepeatAfterStepUp(done, index)), [false, false, false, true]);
  const other = talk(question, CONFIRM.title, stepUp, "算了");
  assert.equal(isRepeatAfterStepUp(other, 3), false);
});

test("the header names a person only while one has the conversation", () => {
  const taken: Card = { type: "handoff", state: "taken", ticket: 7 };
  assert.equal(withStaff(talk("人工", { custom: taken })), true);
  assert.equal(withStaff(talk("人工", { custom: taken }, { custom: { ...taken, state: "closed" } })), false);
  assert.equal(withStaff(talk("人工")), false);
});

test("the time is written at the start and after a pause", () => {
  const entries = talk(
    { at: "2026-11-03T10:00:00+08:00" }, { at: "2026-11-03T10:04:00+08:00" }, {}, { at: "2026-11-03T10:10:00+08:00" },
  );
  assert.deepEqual(entries.map((_, index) => startsNewTime(entries, index)), [true, false, false, true]);
});

test("one way to log in: the card where nothing else is offered, else the button among the others", () => {
  const card = { seq: 1, custom: { type: "login" } as Card };
  assert.deepEqual([asksOnlyForLogin(card), offersLogin(card)], [true, false]);
  const offer = { ...card, buttons: [{ title: "登录后办理", token: "signed-3" }] };
  assert.deepEqual([asksOnlyForLogin(offer), offersLogin(offer)], [false, true]);
  assert.deepEqual([asksOnlyForLogin({ seq: 1 }), offersLogin({ seq: 1 })], [false, false]);
});

const receipt: Card = { type: "receipt", kind: "settle", receipt: "JQ1" };
const checking: Card = { type: "status", state: "checking" };
const declined: Card = { type: "status", state: "declined" };

test("what came of a decision stands in its place: the answer's card, over a strong login, and later news of a charge", () => {
  const outcome = (...said: (string | Partial<ServerMessage>)[]): Card | undefined => decided(talk(question, CONFIRM.title, ...said), 0)?.outcome;
  assert.deepEqual(outcome({ custom: receipt }), receipt);
  assert.deepEqual(outcome(stepUp, CONFIRM.title, { custom: declined }), declined);
  assert.deepEqual(outcome({ custom: checking }), checking);
  assert.deepEqual(outcome({ custom: checking }, "到底扣没扣", { text: "核实中", custom: checking }, { custom: receipt }), receipt);
  assert.equal(outcome({ text: "已失效" }, "我的凭证", { custom: receipt }), undefined, "an answer to something else");
  assert.equal(decided(talk(question, "好的", { custom: receipt }), 0)?.outcome, undefined);
});

test("what is typed while the charge is under way takes neither its state nor its result from the card", () => {
  assert.equal(isUnderWay(talk(question, CONFIRM.title, "快点"), 0), true);
  assert.equal(isUnderWay(talk(question, CONFIRM.title, stepUp, CONFIRM.title, "快点", "？"), 0), true);
  const settled = talk(question, CONFIRM.title, stepUp, CONFIRM.title, "快点", { custom: receipt }, { text: "您没有欠款" });
  assert.deepEqual([decided(settled, 0)?.outcome, isUnderWay(settled, 0)], [receipt, false]);
  const checked = talk(question, CONFIRM.title, "快点", { custom: checking }, { text: "在核实", custom: checking }, "好了吗", { custom: receipt });
  assert.deepEqual(decided(checked, 0)?.outcome, receipt);
  const stopped = talk(question, CONFIRM.title, "快点", stepUp, { text: "您好" }, CONFIRM.title, { custom: receipt });
  assert.deepEqual(decided(stopped, 0)?.outcome, receipt);
});

test("a quote that comes in place of a confirmed one says what the amount was", () => {
  const quote = (total: string): Partial<ServerMessage> => ({
    custom: { type: "quote", quote_id: total, lines: [], total, valid_until: "", seconds_left: 900, close_after: false }, buttons: [CONFIRM],
  });
  assert.equal(changedFrom(talk(quote("¥1.00"), CONFIRM.title, quote("¥2.00")), 2), "¥1.00");
  assert.equal(changedFrom(talk(quote("¥1.00"), CONFIRM.title, quote("¥1.00")), 2), "");
  assert.equal(changedFrom(talk(quote("¥1.00"), "我想还清", quote("¥2.00")), 2), "", "asked anew, not changed");
  assert.equal(changedFrom(talk(quote("¥1.00")), 0), "");
});

test("a press has one id in two tabs at once, and another after it was answered", () => {
  const token = "Seal-of_the-buttons-claims.and.more";
  const offer: Partial<ServerMessage> = { buttons: [{ title: CONFIRM.title, token }] };
  const button = offer.buttons![0]!;
  const first = pressId(talk("结清", offer), button);
  assert.match(first, /^[A-Za-z0-9_-]{1,64}$/);
  assert.equal(pressId(talk(CONFIRM.title, "结清", offer, { text: "人工客服已答复" }), button), first, "an earlier button of that name");
  const again = pressId(talk("结清", offer, CONFIRM.title, stepUp), button);
  assert.notEqual(again, first);
  assert.notEqual(pressId(talk("结清", offer, CONFIRM.title, stepUp, CONFIRM.title, stepUp), button), again);
  assert.notEqual(pressId(talk("结清", offer), CONFIRM), first);
});

test("a button that was not sent has the same id when it is pressed again", () => {
  const store = new Store();
  store.receive([{ seq: 1, role: "bot", ...question }], true);
  const id = pressId(store.entries(), CONFIRM);
  store.queue({ id, button: CONFIRM.token }, CONFIRM.title);
  assert.notEqual(pressId(store.entries(), CONFIRM), id, "the first is still on its way");
  store.discard(id);
  assert.equal(pressId(store.entries(), CONFIRM), id);
});

test("a step-up is done by the same confirmation, and dropped by anything else", () => {
  assert.equal(afterStepUp(talk(question, CONFIRM.title, stepUp), 2), null);
  assert.equal(afterStepUp(talk(question, CONFIRM.title, stepUp, CONFIRM.title), 2), "done");
  assert.equal(afterStepUp(talk(question, CONFIRM.title, stepUp, "算了"), 2), "dropped");
});

test("the question that waits for a login is the last one typed, whatever was pressed after it", () => {
  const offer = { custom: { type: "login" } as Card, buttons: [{ title: "登录后办理", token: "signed-3" }] };
  assert.equal(lastQuestion(talk("你好", { text: "您好" }, "怎么关闭月付", offer, "登录后办理")), "怎么关闭月付");
  assert.equal(lastQuestion(talk({ text: "您好", ...offer }, "登录后办理")), "");
  assert.equal(lastQuestion([]), "");
});

test("the button that a strong login stopped is found in the history", () => {
  assert.deepEqual(buttonBefore(talk(question, CONFIRM.title, stepUp), 2), CONFIRM);
  assert.equal(buttonBefore(talk(question, "好的", stepUp), 2), undefined);
  assert.deepEqual(buttonBefore(talk(question, CONFIRM.title, "快点", stepUp), 3), CONFIRM, "though something was typed meanwhile");
  assert.equal(buttonBefore(talk(stepUp), 0), undefined);
});
