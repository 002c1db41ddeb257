// The app's part is two functions, reached from here as each system does it. Tokens come from the app's own login;
// a strong login is the app's fingerprint or password screen. The page itself is loaded over https like any other.
//
// Android (Kotlin): webView.addJavascriptInterface(object { @JavascriptInterface fun post(message: String) { … } }, "yuefuHost")
//   and answer with webView.evaluateJavascript("yuefuAnswer($id, ${JSONObject.quote(token)})", null)
// iOS (Swift): a WKScriptMessageHandlerWithReply named "yuefuHost", which replies with the token
// @ts-check

/** @typedef {{ call: "token" } | { call: "strongLogin", acr: string }} Call */

let last = 0;
/** @type {Map<number, { resolve: (token: string) => void, reject: (reason: Error) => void }>} */
const waiting = new Map();

/** Asks the app; rejects when the person has cancelled. @param {Call} call @returns {Promise<string>} */
function ask(call) {
  const { webkit, yuefuHost } = /** @type {any} */ (window);
  if (webkit?.messageHandlers?.yuefuHost) return webkit.messageHandlers.yuefuHost.postMessage(call);
  if (!yuefuHost) return Promise.reject(new Error("no app around this page"));
  return new Promise((resolve, reject) => {
    waiting.set((last += 1), { resolve, reject });
    yuefuHost.post(JSON.stringify({ id: last, ...call }));
  });
}

/** Android's answer; without a token it was cancelled. @param {number} id @param {string} [token] */
function yuefuAnswer(id, token) {
  const asked = waiting.get(id);
  waiting.delete(id);
  if (token) asked?.resolve(token);
  else asked?.reject(new Error("cancelled"));
}
Object.assign(window, { yuefuAnswer });

const chat = /** @type {import("yuefu-chat").YuefuChatElement} */ (document.querySelector("yuefu-chat"));
chat.tokenProvider = () => ask({ call: "token" });
chat.stepUpProvider = (acr) => ask({ call: "strongLogin", acr });
