import assert from "node:assert/strict";
import { test } from "node:test";
import { Store, type Keep } from "../src/store";

const AT = "2026-11-03T10:00:00.000+08:00";
const NOW = Date.parse(AT);

function memory(): Keep & { data: Map<string, string> } {
  const data = new Map<string, string>();
  return {
    data,
    getItem: (key) => data.get(key) ?? null,
    setItem: (key, value) => void data.set(key, value),
  };
}

test("messages stand in the order of their numbers, each once, whatever the order of arrival", () => {
  const store = new Store();
  assert.equal(store.receive([{ seq: 3, text: "c" }, { seq: 1, text: "a" }], true).length, 2);
  const fresh = store.receive([{ seq: 2, text: "b" }, { seq: 3, text: "c again" }], false);
  assert.deepEqual(fresh.map((message) => message.seq), [2]);
  assert.deepEqual(store.messages().map((message) => message.text), ["a", "b", "c"]);
  assert.equal(store.lastSeq, 3);
});

test("a message without a number is not taken", () => {
  const store = new Store();
  assert.equal(store.receive([{ text: "?" } as never, { seq: Number.NaN }], true).length, 0);
});

test("an utterance is kept before it is sent, and comes back with the same id after a reload", () => {
  const keep = memory();
  new Store(keep, "chat", () => NOW).queue({ id: "one", text: "怎么关闭" }, "怎么关闭");
  const reloaded = new Store(keep, "chat", () => NOW + 60_000);
  assert.deepEqual(reloaded.pending().map(({ id, text }) => [id, text]), [["one", "怎么关闭"]]);
  const late = new Store(keep, "chat", () => NOW + 11 * 60_000).pending();
  assert.deepEqual(late.map((one) => one.state), ["failed"], "after ten minutes it is only sent when asked to");
  assert.equal(new Store(keep, "chat of another person").pending().length, 0);
});

test("an accepted utterance becomes the numbered message, though the reply came first", () => {
  const keep = memory();
  const store = new Store(keep, "chat", () => NOW);
  store.queue({ id: "one", text: "好的" }, "好的");
  store.receive([{ seq: 2, role: "bot", text: "reply" }], true);
  assert.deepEqual(store.entries().map((entry) => entry.message.text), ["reply", "好的"]);
  store.accepted("one", 1);
  assert.deepEqual(store.entries().map((entry) => entry.message.text), ["好的", "reply"]);
  assert.equal(store.pending().length, 0);
  assert.doesNotMatch([...keep.data.values()].join(), /好的/, "what was said is not kept on the device");
});

test("an utterance that the history already holds is not shown twice after the second acknowledgement", () => {
  const store = new Store();
  store.queue({ id: "one", text: "你好" }, "你好");
  store.receive([{ seq: 1, role: "user", text: "你好" }], false);
  store.accepted("one", 1);
  assert.equal(store.entries().length, 1);
});

test("a refused utterance says why and can be sent again under its id", () => {
  const store = new Store();
  store.queue({ id: "one", text: "x" }, "x");
  store.mark("one", "failed", "请稍后再试");
  assert.equal(store.pending()[0]?.reason, "请稍后再试");
  store.mark("one", "sending");
  assert.equal(store.pending()[0]?.id, "one");
});

test("storage that throws costs nothing but the resend after a reload", () => {
  const broken: Keep = {
    getItem: () => { throw new Error("denied"); },
    setItem: () => { throw new Error("full"); },
  };
  const store = new Store(broken);
  store.queue({ id: "one", text: "x" }, "x");
  assert.equal(store.pending().length, 1);
});

test("a countdown runs on the server's clock, also where the reader's is an hour wrong", () => {
  let now = NOW + 3_600_000;
  const store = new Store(null, "chat", () => now);
  const message = { seq: 1, at: AT };
  store.receive([message], true);
  assert.equal(store.secondsLeft(message, 900), 900);
  now += 30_000;
  assert.equal(store.secondsLeft(message, 900), 870);
  now += 3_600_000;
  assert.equal(store.secondsLeft(message, 900), 0);
});

test("the server's clock, once learnt, is known after a reload, before any new message has come", () => {
  const keep = memory();
  const hourAhead = (): number => NOW + 3_600_000;
  new Store(keep, "chat", hourAhead).receive([{ seq: 1, at: AT }], true);
  const reloaded = new Store(keep, "chat", hourAhead);
  reloaded.receive([{ seq: 1, at: AT }], false);
  assert.equal(reloaded.secondsLeft({ seq: 1, at: AT }, 900), 900);
  const told = new Store(null, "chat", hourAhead);
  told.learnTime(AT);
  assert.equal(told.secondsLeft({ seq: 1, at: AT }, 900), 900);
});

test("unread is what came since the person last looked, over a reload too; older history counts as seen", () => {
  const keep = memory();
  const store = new Store(keep, "chat", () => NOW);
  store.receive([{ seq: 1 }, { seq: 2 }], false);
  assert.equal(store.unread, 0);
  store.markSeen(true);
  store.receive([{ seq: 3, role: "user" }, { seq: 4 }, { seq: 5 }], true);
  assert.equal(store.unread, 2);
  const reloaded = new Store(keep, "chat", () => NOW);
  reloaded.receive([{ seq: 4 }, { seq: 5 }, { seq: 6 }], false);
  reloaded.markSeen(true);
  assert.equal(reloaded.unread, 3);
  reloaded.markSeen();
  assert.equal(reloaded.unread, 0);
});

test("what was taken and not answered is remembered over a reload, until an answer comes", () => {
  const keep = memory();
  const store = new Store(keep, "chat", () => NOW);
  store.queue({ id: "one", button: "signed" }, "确认结清");
  store.accepted("one", 4);
  assert.equal(new Store(keep, "chat", () => NOW + 60_000).unanswered()?.button, "signed");
  assert.equal(new Store(keep, "chat", () => NOW + 11 * 60_000).unanswered(), null);
  store.receive([{ seq: 3, text: "an earlier answer, late" }, { seq: 5, role: "user", text: "?" }], true);
  assert.equal(store.unanswered()?.id, "one");
  store.receive([{ seq: 6, text: "已结清" }], true);
  assert.equal(store.unanswered(), null);
});

test("a conversation that the server began anew is not taken for one already seen", () => {
  const keep = memory();
  const store = new Store(keep, "chat", () => NOW);
  store.receive([{ seq: 40 }], false);
  store.markSeen();
  const reloaded = new Store(keep, "chat", () => NOW);
  reloaded.receive([{ seq: 1 }], false);
  reloaded.markSeen(true);
  reloaded.receive([{ seq: 2 }], true);
  assert.equal(reloaded.unread, 1);
});
