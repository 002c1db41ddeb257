import assert from "node:assert/strict";
import { test } from "node:test";
import type { Journey, Rating, RateAck, ServerMessage } from "../src/protocol";
import { Ratings } from "../src/ratings";
import { Store, type Entry } from "../src/store";

const closed: Journey = { name: "close", outcome: "closed", reference: "GB1" };

function talk(...said: (string | Partial<ServerMessage>)[]): Entry[] {
  const store = new Store();
  store.receive(said.map((one, index) => ({
    seq: index + 1,
    ...(typeof one === "string" ? { role: "user" as const, text: one } : { role: "bot" as const, ...one }),
  })), false);
  return store.entries();
}

const ended = (journey: Journey): Partial<ServerMessage> => ({ custom: { type: "receipt", kind: "close", journey } });

/** A server that answers as told, and what it was told. */
function desk(answer: () => Promise<RateAck>): { ratings: Ratings; told: Rating[]; draws: () => number } {
  const told: Rating[] = [];
  let draws = 0;
  const ratings = new Ratings((rating) => (told.push(rating), answer()), () => (draws += 1));
  return { ratings, told, draws: () => draws };
}

const kept = (): Promise<RateAck> => Promise.resolve({ ok: true });

test("what ended a journey asks once, until the talk goes on, and not again when it is told again", () => {
  const { ratings } = desk(kept);
  assert.deepEqual(ratings.state(talk("关闭", ended(closed)), 1), { stage: "ask" });
  assert.deepEqual(ratings.state(talk("关闭", ended(closed), { text: "人工客服已答复" }), 1), { stage: "ask" });
  assert.equal(ratings.state(talk("关闭", ended(closed), "谢谢"), 1), null);
  assert.equal(ratings.state(talk("关闭", ended(closed), "凭证", ended(closed)), 3), null);
  assert.deepEqual(ratings.state(talk("关闭", ended(closed), "再关", ended({ ...closed, reference: "GB2" })), 3), { stage: "ask" });
  assert.equal(ratings.state(talk("关闭", { custom: { type: "receipt", kind: "close" } }), 1), null);
});

test("two taps: the first is kept at once, the second adds words or not", async () => {
  const { ratings, told } = desk(kept);
  const entries = talk("关闭", ended(closed));
  await ratings.rate(2, false);
  assert.deepEqual(ratings.state(entries, 1), { stage: "words" });
  await ratings.finish(2, false, "太慢");
  assert.deepEqual(ratings.state(entries, 1), { stage: "done" });
  assert.deepEqual(told, [{ seq: 2, helped: false }, { seq: 2, helped: false, words: "太慢" }]);
  const other = desk(kept);
  await other.ratings.rate(2, true);
  await other.ratings.finish(2, true, "");
  assert.deepEqual(other.told, [{ seq: 2, helped: true }]);
});

test("a second tap while the first is on its way says nothing more", async () => {
  let answer = (_: RateAck): void => undefined;
  const { ratings, told } = desk(() => new Promise((resolve) => (answer = resolve)));
  const first = ratings.rate(2, true);
  await ratings.rate(2, false);
  answer({ ok: true });
  await first;
  assert.deepEqual(told, [{ seq: 2, helped: true }]);
});

test("what was not kept says so, stays where it was and may be tried again", async () => {
  const entries = talk("关闭", ended(closed));
  let fails = true;
  const { ratings } = desk(() => (fails ? Promise.reject(new Error("time")) : kept()));
  await ratings.rate(2, true);
  assert.deepEqual(ratings.state(entries, 1), { stage: "ask", failed: true });
  fails = false;
  await ratings.rate(2, true);
  fails = true;
  await ratings.finish(2, true, "好");
  assert.deepEqual(ratings.state(entries, 1), { stage: "words", failed: true });
});

test("after a reload, or in another tab, it shows what was said, also when the talk went on", () => {
  const { ratings } = desk(kept);
  const rated = { ...ended(closed), rated: true };
  assert.deepEqual(ratings.state(talk("关闭", rated), 1), { stage: "done" });
  assert.deepEqual(ratings.state(talk("关闭", rated, "谢谢"), 1), { stage: "done" });
  const store = new Store();
  store.receive([{ seq: 1, role: "bot", ...ended(closed) }], true);
  store.rated(1, false);
  store.rated(9, true);
  assert.deepEqual(store.messages().map((message) => message.rated), [false]);
});
