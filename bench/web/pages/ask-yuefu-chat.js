// Each load is another customer: none finds an earlier conversation in the tab.
const chat = document.querySelector("yuefu-chat");
const claims = btoa(JSON.stringify({ sub: `bench-${Math.random()}` }));
chat.tokenProvider = async () => `e30.${claims}.unsigned`;
void chat.updateComplete.then(() => chat.say("hello"));
