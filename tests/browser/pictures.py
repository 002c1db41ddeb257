"""Pictures of the widget, alike on every machine: fixed messages, a stopped clock, blocks for letters.

The widget is the built one on a page of its own; only the wire under it says what the picture needs.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HERE = Path(__file__).parent
KEPT = HERE / "snapshots"
FONT = base64.b64encode((HERE / "blocks.ttf").read_bytes()).decode()
NOW = "2026-11-03T10:00:00+08:00"
CHANNEL_TOLERANCE = 32  # of 255: how much of a colour a pixel may differ by, at a rounded corner say
PIXELS_TOLERANCE = 0.002  # the share of pixels that may differ by more

# An Engine.IO and Socket.IO server as far as the widget talks to one; the font has the first family's name.
SCENE = """
const now = Date.parse(%(now)s);
Date.now = () => now;
const bytes = Uint8Array.from(atob(%(font)s), letter => letter.charCodeAt(0));
document.fonts.add(new FontFace("PingFang SC", bytes.buffer));
const claims = btoa(JSON.stringify({sub: "c-picture"}));
window.yuefuHost = {
  post: message => setTimeout(() => window.yuefuAnswer(JSON.parse(message).id, `h.${claims}.s`)),
};
window.WebSocket = class {
  constructor() {
    const opened = {sid: "1", upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 100000};
    setTimeout(() => { this.onopen(); this.onmessage({data: "0" + JSON.stringify(opened)}); });
  }
  send(said) {
    if (said.startsWith("40")) this.answer('40{"sid":"2"}');
    const [, id, event] = /^42(\\d+)\\["(\\w+)"/.exec(said) ?? [];
    const history = {ok: true, messages: %(said)s, at: %(now)s};
    if (event === "session_request") this.answer(`43${id}${JSON.stringify([history])}`);
  }
  answer(data) { setTimeout(() => this.onmessage({data})); }
  close() {}
};
"""

COMPARE = """
async ([one, other, channels]) => {
  const pixels = async data => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const {width, height} = picture, pen = new OffscreenCanvas(width, height).getContext("2d");
    pen.drawImage(picture, 0, 0);
    return {width, height, data: pen.getImageData(0, 0, width, height).data};
  };
  const [a, b] = await Promise.all([pixels(one), pixels(other)]);
  if (a.width !== b.width || a.height !== b.height) return 1;
  const differs = at => Math.abs(a.data[at] - b.data[at]) > channels;
  let differing = 0;
  for (let at = 0; at < a.data.length; at += 4)
    differing += differs(at) || differs(at + 1) || differs(at + 2);
  return differing / (a.width * a.height);
}
"""


def scene(messages: list[dict[str, Any]]) -> str:
    """The script that a page runs before its own: these messages are the conversation."""
    said = [{"seq": number, "role": "bot", "at": NOW, **each} for number, each in enumerate(messages, 1)]
    return SCENE % {
        "now": json.dumps(NOW),
        "font": json.dumps(FONT),
        "said": json.dumps(said, ensure_ascii=False),
    }


def differing(tab: Page, *pictures: bytes) -> float:
    """The share of pixels in which two PNGs differ; 1 when their sizes do. Leaves the page."""
    tab.goto("about:blank")
    one, other = (base64.b64encode(picture).decode() for picture in pictures)
    return float(tab.evaluate(COMPARE, [one, other, CHANNEL_TOLERANCE]))
