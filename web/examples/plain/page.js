// The page's part: it gives tokens of its own login. Whoever is not logged in talks as a visitor (`visitors`).
// `/api/…` are addresses of your backend, which knows the session and signs the tokens.
// @ts-check

const chat = /** @type {import("yuefu-chat").YuefuChatElement} */ (document.querySelector("yuefu-chat"));

/** @param {string} address */
async function token(address) {
  const answer = await fetch(address, { method: "POST" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

function loggedIn() {
  chat.tokenProvider = () => token("/api/chat-token");
  chat.stepUpProvider = (acr) => token(`/api/strong-login?acr=${encodeURIComponent(acr)}`);
}

chat.loginProvider = async () => {
  await token("/api/login"); // here your login's dialog
  loggedIn();
};
chat.addEventListener("yuefu-unread", (event) => {
  document.title = document.title.replace(/^(\(\d+\) )?/, event.detail ? `(${event.detail}) ` : "");
});
