import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoint, newId, subjectOf } from "../src/identity";
import { chatTime, countdown, ledgerDate, ledgerTime, money, pieces } from "../src/format";
import { sends } from "../src/ime";
import { languageOf, stringsFor } from "../src/strings";

test("only http and https become links, and no character of the text is lost", () => {
  const text = '看 https://example.com/a?b=1，或 javascript:alert(1) javascript://a/%0aalert(1) <img src=x onerror=alert(1)> http://a.cn 额度<500_[1]';
  const found = pieces(text);
  assert.equal(found.map((piece) => piece.text).join(""), text);
  assert.deepEqual(found.filter((piece) => piece.href).map((piece) => piece.href), ["https://example.com/a?b=1", "http://a.cn/"]);
});

test("an address that is none stays text", () => {
  assert.deepEqual(pieces("http://["), [{ text: "http://[" }]);
});

test("Enter sends, but not the Enter that picks an input method's candidate", () => {
  const enter = { key: "Enter", shiftKey: false, isComposing: false, keyCode: 13 };
  assert.equal(sends(enter, false), true);
  assert.equal(sends({ ...enter, shiftKey: true }, false), false);
  assert.equal(sends(enter, true), false);
  assert.equal(sends({ ...enter, isComposing: true }, false), false);
  assert.equal(sends({ ...enter, keyCode: 229 }, false), false);
  assert.equal(sends({ ...enter, key: "a" }, false), false);
});

test("ids are new each time and of the letters that the server takes", () => {
  const ids = new Set(Array.from({ length: 500 }, newId));
  assert.equal(ids.size, 500);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{21}$/);
});

test("the subject of a token is read, and nonsense has none", () => {
  const body = Buffer.from(JSON.stringify({ sub: "c-owing" })).toString("base64url");
  assert.equal(subjectOf(`h.${body}.s`), "c-owing");
  for (const token of ["", "a.b.c", "h.e30.s"]) assert.equal(subjectOf(token), "");
});

test("the server may live elsewhere and under a path", () => {
  assert.deepEqual(endpoint("", "https://shop.example/page"), { origin: "https://shop.example", prefix: "" });
  assert.deepEqual(endpoint("https://chat.example/bot/", "https://shop.example/"), {
    origin: "https://chat.example", prefix: "/bot",
  });
  assert.deepEqual(endpoint("/bot", "https://shop.example/page"), { origin: "https://shop.example", prefix: "/bot" });
  for (const server of ["not a url", "chat.example", "localhost:5005", "ftp://chat.example", "https://", "javascript:alert(1)"]) {
    assert.equal(endpoint(server, "https://shop.example/page"), null, server);
  }
  assert.equal(endpoint("", "file:///app/index.html"), null, "a page without an origin has to name the bot");
});

test("times: a countdown in minutes, the ledger's in Shanghai, what is no time stays text", () => {
  assert.equal(countdown(905), "15:05");
  assert.equal(ledgerTime("2026-11-03T02:13:00Z", "zh-CN"), "2026/11/03 10:13");
  assert.equal(ledgerTime("15 分钟内", "zh-CN"), "15 分钟内");
  assert.equal(ledgerTime(undefined, "zh-CN"), "");
  assert.equal(ledgerDate("2026-11-06", "zh-CN"), "2026年11月6日");
  assert.equal(ledgerDate("2026-11", "zh-CN"), "2026年11月");
  assert.equal(ledgerDate("2026-11-06", "en-US"), "Nov 6, 2026");
  assert.equal(ledgerDate("2026-11-06", "zh-CN", true), "11/6");
  assert.equal(ledgerDate("下月", "zh-CN"), "下月");
  assert.equal(chatTime(undefined, "zh-CN", new Date()), "");
  const at = new Date(2026, 10, 3, 9, 5);
  assert.equal(chatTime(at.toISOString(), "zh-CN", at), "09:05");
  assert.match(chatTime(at.toISOString(), "zh-CN", new Date(2026, 10, 4)), /11\/3.*09:05/);
});

test("amounts are whole fen, written to the fen in both languages; without fen the server's text stands", () => {
  assert.equal(money(538361, "?", "zh-CN"), "¥5,383.61");
  assert.equal(money(538361, "?", "en-GB"), "¥5,383.61");
  assert.equal(money(-5, "?", "zh-CN"), "-¥0.05");
  assert.equal(money(0, "?", "zh-CN"), "¥0.00");
  assert.equal(money(1234567890123, "?", "zh-CN"), "¥12,345,678,901.23");
  assert.equal(money(undefined, "¥1.00", "zh-CN"), "¥1.00");
  assert.equal(money(1.5, undefined, "zh-CN"), "");
});

test("what is no language tag, or another language, is Chinese, also in dates and amounts", () => {
  for (const page of ["en", "en-GB", "EN-us", "en_US"]) assert.equal(languageOf(page), "en");
  for (const page of ["", "zh", "zh_CN", "zh-Hans-CN", "fr", "ar", "eng", "*"]) assert.equal(languageOf(page), "zh-CN");
});

test("the minute after midnight is 00:01 in both languages", () => {
  assert.equal(ledgerTime("2026-11-02T16:01:00Z", "en"), "11/03/2026, 00:01");
  assert.equal(ledgerTime("2026-11-02T16:01:00Z", "zh-CN"), "2026/11/03 00:01");
  const at = new Date(2026, 10, 3, 0, 1);
  assert.equal(chatTime(at.toISOString(), "en", at), "00:01");
});

test("every word exists in both languages, and none is empty", () => {
  const chinese = stringsFor("zh-CN");
  const english = stringsFor("en");
  assert.deepEqual(Object.keys(english).sort(), Object.keys(chinese).sort());
  assert.notEqual(english.title, chinese.title);
  assert.equal(stringsFor("").title, chinese.title);
  assert.deepEqual(Object.entries(chinese).filter(([, word]) => word === ""), []);
});
