// What the widget says of its connection, and of what waits for one.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { LinkState, Missing } from "../src/connection";
import { panel, type Frame } from "../src/frame";
import type { Ratings } from "../src/ratings";
import { Store } from "../src/store";
import { stringsFor } from "../src/strings";
import { widgetStyles } from "../src/styles";
import { conversation, type Acts } from "../src/view";
import { drawn } from "./drawn";

const t = stringsFor("zh-CN");

function framed(link: LinkState | Missing): string {
  const frame: Frame = {
    t, language: "zh-CN", scene: null, link, inline: true, typing: false, loading: false, behind: false, askedBefore: "",
    say: () => 0, toEnd: () => 0, scrolled: () => 0, hide: () => 0, reconnect: () => 0, key: () => 0,
  };
  return drawn(panel(frame));
}

test("each state of the connection has its words; only a refused login can be tried again by hand", () => {
  assert.doesNotMatch(framed("online"), /role="status">[^<]/);
  const said = { connecting: t.connecting, offline: t.offline, refused: t.refused, noTokens: "网页没有提供登录", noServer: "服务地址有误" };
  for (const [link, words] of Object.entries(said)) {
    const text = framed(link as LinkState | Missing);
    assert.ok(text.includes(words), text);
    assert.equal(text.includes(`>${t.reconnect}</button>`), link === "refused", link);
  }
});

test("a message that waits says what for: its turn, the network, or a login", () => {
  const store = new Store();
  store.queue({ id: "one", text: "你好" }, "你好");
  const waits = (link: LinkState): string =>
    drawn(conversation({ t, language: "zh-CN", store, link, acts: {} as Acts, ratings: {} as Ratings }));
  assert.ok(waits("online").includes(t.sending));
  for (const link of ["offline", "connecting"] as const) assert.ok(waits(link).includes(t.waiting));
  assert.ok(waits("refused").includes("需要先登录") && !waits("refused").includes(t.waiting));
});

test("how a page sets its text ends at the widget", () => {
  const host = /:host \{(.*?)\}/s.exec(widgetStyles[0]!.cssText)![1]!;
  for (const inherited of ["direction", "letter-spacing", "word-spacing", "text-align", "text-indent", "text-shadow", "text-transform", "white-space", "font", "color"]) {
    assert.match(host, new RegExp(`\\s${inherited}:`), inherited);
  }
});
