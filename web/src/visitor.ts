// Passes for somebody who has not logged in: asked of the bot itself, and renewed under the same name in this tab.

import type { Address } from "./identity";
import type { TokenProvider } from "./public";
import type { Keep } from "./store";

export function visitorPasses({ origin, prefix }: Address, keep: Keep | null): TokenProvider {
  const bot = origin + prefix;
  const name = `yuefu-chat:visitor:${bot}`;
  let pass = "";
  try {
    pass = keep?.getItem(name) ?? "";
  } catch {
    // Storage is forbidden: a reload makes another visitor.
  }
  return async () => {
    const body = JSON.stringify(pass ? { token: pass } : {});
    const answer = await fetch(`${bot}/chat/visitors`, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    ({ token: pass } = (await answer.json()) as { token: string });
    try {
      keep?.setItem(name, pass);
    } catch {
      // as above
    }
    return pass;
  };
}
