// Comes before the library: the event tells that the box can be written to.
const chat = document.querySelector("deep-chat");
chat.addEventListener("render", () => chat.submitUserMessage({ text: "hello" }), { once: true });
