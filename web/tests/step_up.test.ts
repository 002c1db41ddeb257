import assert from "node:assert/strict";
import { test } from "node:test";
import type { Button } from "../src/protocol";
import { Press, stepUpIn } from "../src/step_up";
import { Store, type Entry } from "../src/store";

const CONFIRM: Button = { title: "确认关闭", token: "signed" };
const SEQ = 3;

function asked(): Entry[] {
  const store = new Store();
  store.receive([{ seq: 2, role: "user", text: CONFIRM.title }, { seq: SEQ, custom: { type: "step_up", acr: "payment" } }], true);
  return store.entries();
}

test("the page is asked once by itself; with its token the same button is pressed again", async () => {
  const press = new Press(CONFIRM);
  assert.equal(press.needs("payment", SEQ), true);
  const wanted: string[] = [];
  const pressed: [string, Button][] = [];
  await press.verify(async (acr) => (wanted.push(acr), "strong"), () => true, (...all) => pressed.push(all));
  assert.deepEqual(wanted, ["payment"]);
  assert.deepEqual(pressed, [["strong", CONFIRM]]);
  assert.equal(press.state(asked(), 1), "waiting");
  assert.equal(press.needs("payment", 5), false, "a token that was not strong enough must not ask for ever");
});

test("cancelled, empty or without a provider, nothing is pressed and the card says so", async () => {
  for (const provider of [async () => Promise.reject(new Error("cancelled")), async () => "", undefined]) {
    const press = new Press(CONFIRM);
    press.needs("payment", SEQ);
    let pressed = 0;
    await press.verify(provider, () => true, () => (pressed += 1));
    assert.equal(pressed, 0);
    assert.equal(press.state(asked(), 1), "failed");
  }
});

test("a login that ends after the customer has gone on presses nothing", async () => {
  const press = new Press(CONFIRM);
  press.needs("payment", SEQ);
  let pressed = 0;
  await press.verify(async () => "strong", () => false, () => (pressed += 1));
  assert.equal(pressed, 0);
});

test("a request that this page did not cause is not waited for", () => {
  assert.equal(new Press(CONFIRM).state(asked(), 1), "lost");
  assert.equal(Press.stateWithout(asked(), 1), "lost");
});

test("after a reload the stopped press is found again and can go on when the person taps", async () => {
  const store = new Store();
  store.receive([
    { seq: 1, role: "bot", buttons: [CONFIRM] }, { seq: 2, role: "user", text: CONFIRM.title },
    { seq: SEQ, custom: { type: "step_up", acr: "payment" } },
  ], false);
  const press = Press.current(null, store.entries());
  assert.deepEqual(press?.button, CONFIRM);
  assert.equal(Press.current(press, store.entries()), press, "the known press stays");
  const pressed: [string, Button][] = [];
  await press?.verify(async (acr) => `strong for ${acr}`, () => true, (...all) => pressed.push(all));
  assert.deepEqual(pressed, [["strong for payment", CONFIRM]]);
  assert.equal(Press.current(null, asked()), null, "without its button nothing can go on");
});

test("the request for a strong login is found among other messages", () => {
  assert.deepEqual(stepUpIn([{ seq: 1 }, { seq: 2, custom: { type: "step_up", acr: "payment" } }, { seq: 3, text: "请稍候" }]), { acr: "payment", seq: 2 });
  assert.equal(stepUpIn([{ seq: 1, custom: { type: "login" } }]), null);
});
