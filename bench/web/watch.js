// Runs before the page's own scripts, after `const ANSWER`: tells when the frame with the answer in it is drawn.
window.shown_ms = new Promise((shown) => {
  const drawn = () => requestAnimationFrame(() => setTimeout(() => shown(performance.now())));
  const has = (node) => node.textContent.includes(ANSWER);
  const brings = ({ target, addedNodes }) => (target instanceof Text ? has(target) : [...addedNodes].some(has));
  const wait = () => {
    const root = document.querySelector("yuefu-chat, deep-chat")?.shadowRoot;
    if (!root) return requestAnimationFrame(wait);
    const watcher = new MutationObserver((records) => {
      if (!records.some(brings)) return;
      watcher.disconnect();
      drawn();
    });
    watcher.observe(root, { subtree: true, childList: true, characterData: true });
  };
  requestAnimationFrame(wait);
});
