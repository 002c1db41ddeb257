// How it looks: calm surfaces, one accent, amounts in tabular figures. Hosts set --yuefu-accent to their own colour.

import { css } from "lit";

const tokens = css`
  :host {
    /* A page that centres, spaces, shades or mirrors its text does not do so in here. */
    direction: ltr;
    letter-spacing: normal;
    word-spacing: normal;
    text-align: start;
    text-indent: 0;
    text-shadow: none;
    text-transform: none;
    white-space: normal;
    --accent: var(--yuefu-accent, #1a56c4);
    --on-accent: #fff;
    --page: #f3f5f8;
    --surface: #fff;
    --mine: #dfe9fb;
    --ink: #1b2330;
    --quiet: #5b6677;
    --line: #dfe4eb;
    --bad: #b3261e;
    --good: #14734a;
    --wait: #8a5a00;
    --shadow: 0 12px 40px rgb(20 32 54 / 0.18);
    color-scheme: light;
    font: 15px/1.55 -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif;
    color: var(--ink);
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --accent: var(--yuefu-accent-dark, #8db4ff);
      --on-accent: #0d1626;
      --page: #12161d;
      --surface: #1c222c;
      --mine: #24395f;
      --ink: #e8ecf2;
      --quiet: #a3adbb;
      --line: #323a47;
      --bad: #ff9d94;
      --good: #79d8ab;
      --wait: #f0c069;
      --shadow: 0 12px 40px rgb(0 0 0 / 0.5);
      color-scheme: dark;
    }
  }
  * { box-sizing: border-box; }
  [hidden], :host([hidden]), .bubble:empty, .points:empty { display: none !important; }
  button { font: inherit; color: inherit; cursor: pointer; }
  button:disabled { cursor: default; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;

const frame = css`
  :host { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; }
  :host([inline]) { position: relative; inset: auto; z-index: auto; display: block; width: 100%; height: 100%; }
  .launcher {
    position: relative; display: flex; align-items: center; justify-content: center; width: 56px; height: 56px;
    border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow);
  }
  .launcher svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.8; }
  .badge {
    position: absolute; top: -2px; right: -2px; min-width: 20px; padding: 0 5px; border-radius: 10px; background: #c62f26;
    color: #fff; font-size: 12px; line-height: 20px; text-align: center;
  }
  .panel {
    display: flex; flex-direction: column; overflow: hidden; background: var(--page); border: 1px solid var(--line);
    width: min(390px, calc(100vw - 40px)); height: min(680px, calc(100dvh - 40px)); border-radius: 16px; box-shadow: var(--shadow);
  }
  :host([inline]) .panel { width: 100%; height: 100%; border: 0; border-radius: inherit; box-shadow: none; }
  @media (max-width: 480px) {
    :host(:not([inline])) .panel { position: fixed; inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
  }
  header {
    display: flex; align-items: center; gap: 8px; min-height: 60px; padding: 8px 8px 8px 16px; background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  header .name { flex: 1; min-width: 0; }
  header h2 { margin: 0; font-size: 16px; line-height: 1.3; font-weight: 600; }
  header .label { margin: 0; font-size: 12px; line-height: 1.4; color: var(--quiet); }
  header button {
    min-width: 44px; min-height: 44px; padding: 0 14px; border: 1px solid var(--line); border-radius: 22px; background: none;
    font-size: 14px; white-space: nowrap;
  }
  header button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
  header .icon { padding: 0; border-color: transparent; }
  .icon svg { width: 20px; height: 20px; stroke: currentColor; stroke-width: 1.8; fill: none; vertical-align: middle; }
  .link {
    position: absolute; inset: 0 0 auto; z-index: 1; animation: late 0.6s step-end; margin: 0; padding: 6px 16px; font-size: 13px; color: var(--wait); background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .noTokens { animation-duration: 4s; } /* many a page asks first who is there */
  @keyframes late { from { visibility: hidden; } }
  .link button { min-height: 32px; padding: 0 8px; border: 0; background: none; color: var(--accent); text-decoration: underline; }
  .scroller { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 8px 12px 16px; }
  .newer {
    position: absolute; left: 50%; bottom: 76px; transform: translateX(-50%); min-height: 36px; padding: 0 16px;
    border: 1px solid var(--line); border-radius: 18px; background: var(--surface); color: var(--accent); box-shadow: var(--shadow);
    font-size: 13px;
  }
  .inner { position: relative; display: flex; flex-direction: column; flex: 1; min-height: 0; }
`;

const talk = css`
  .welcome { padding: 28px 8px 12px; }
  .welcome h3 { margin: 0 0 4px; font-size: 18px; font-weight: 600; }
  .welcome p { margin: 0 0 16px; color: var(--quiet); }
  .when { margin: 16px 0 4px; text-align: center; font-size: 12px; color: var(--quiet); font-variant-numeric: tabular-nums; }
  .turn { display: flex; flex-direction: column; align-items: flex-start; margin-top: 10px; }
  .turn.user { align-items: flex-end; }
  .bubble {
    max-width: 86%; margin: 0; padding: 9px 13px; border-radius: 4px 14px 14px 14px; background: var(--surface);
    white-space: pre-wrap; overflow-wrap: anywhere; overflow: clip; unicode-bidi: plaintext;
  }
  .user .bubble { border-radius: 14px 4px 14px 14px; background: var(--mine); }
  .bubble a { color: var(--accent); }
  .state { margin: 2px 4px 0; font-size: 12px; color: var(--quiet); }
  .state.failed { color: var(--bad); }
  .state button {
    min-height: 32px; margin-left: 4px; padding: 0 6px; border: 0; background: none; color: var(--accent); text-decoration: underline;
  }
  .replies { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
  .replies button {
    min-height: 44px; padding: 8px 16px; border: 1px solid var(--accent); border-radius: 22px; background: var(--surface);
    color: var(--accent); text-align: left; font-size: 14px; line-height: 1.4;
  }
  .replies button:hover { background: var(--mine); }
  .rating { width: 100%; margin-top: 8px; font-size: 13px; color: var(--quiet); }
  .rating p { margin: 0 4px; }
  .rating .replies { margin-top: 6px; }
  .rating .replies button { min-width: 88px; border-color: var(--line); color: var(--ink); text-align: center; }
  .rating .replies button:disabled { color: var(--quiet); }
  .rating textarea {
    display: block; width: 100%; margin-top: 6px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface);
    color: var(--ink); font: inherit; font-size: 16px; line-height: 22px; resize: vertical;
  }
  .rating textarea::placeholder { color: var(--quiet); opacity: 1; }
  .typing { display: flex; gap: 5px; padding: 14px; border-radius: 4px 14px 14px 14px; background: var(--surface); }
  .typing i { width: 6px; height: 6px; border-radius: 50%; background: var(--quiet); animation: wave 1.2s infinite ease-in-out; }
  .typing i:nth-child(2) { animation-delay: 0.15s; }
  .typing i:nth-child(3) { animation-delay: 0.3s; }
  @keyframes wave { 0%, 60%, 100% { opacity: 0.3; } 30% { opacity: 1; } }
  .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (pointer: coarse) { .state button, .link button, .newer { min-width: 44px; min-height: 44px; } }
  @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
`;

const cards = css`
  .card {
    width: 100%; max-width: 366px; margin-top: 6px; padding: 14px 16px; border: 1px solid var(--line); border-radius: 12px;
    background: var(--surface); overflow-wrap: anywhere;
  }
  .card h3 { display: flex; align-items: center; gap: 8px; margin: 0 0 8px; font-size: 15px; line-height: 1.4; font-weight: 600; }
  .card h4 { margin: 0 0 4px; font-size: 13px; font-weight: 500; color: var(--quiet); }
  .card.bad h3 { color: var(--bad); }
  .card.wait h3 { color: var(--wait); }
  .quiet { color: var(--quiet); }
  .card > .quiet { margin: 0 0 6px; font-size: 14px; }
  .tag { margin-left: auto; padding: 1px 8px; border: 1px solid var(--line); border-radius: 10px; font-size: 12px; font-weight: 400; color: var(--quiet); }
  .tag.bad { border-color: currentColor; color: var(--bad); }
  .lines { margin: 0; }
  .lines > div, .total, .sum, .countdown { display: flex; justify-content: space-between; align-items: baseline; gap: 16px; }
  .lines > div { padding: 4px 0; font-size: 14px; }
  .lines dt { color: var(--quiet); }
  .lines dd { margin: 0; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
  .facts dd { white-space: normal; }
  .facts dt { flex: none; }
  .total { margin: 8px 0 0; padding-top: 10px; border-top: 1px solid var(--line); }
  .total.first { margin: 0 0 4px; padding: 0; border: 0; }
  .total strong { font-size: 20px; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .waived { margin-top: 12px; padding: 10px 12px; border-radius: 8px; background: var(--page); }
  .waived dd { text-decoration: line-through; color: var(--quiet); }
  .sum { margin: 4px 0 0; font-size: 14px; color: var(--good); font-variant-numeric: tabular-nums; }
  .under { margin-top: 8px; padding-top: 8px; border-top: 1px solid var(--line); }
  .countdown { margin: 12px 0 0; font-size: 13px; color: var(--quiet); }
  .countdown time { font-variant-numeric: tabular-nums; }
  .countdown.soon time { color: var(--bad); }
  .expired { margin: 12px 0 0; font-size: 14px; color: var(--wait); }
  .outcome { margin: 12px 0 0; padding-top: 10px; border-top: 1px solid var(--line); font-size: 14px; color: var(--quiet); }
  .outcome.good { color: var(--good); }
  .outcome.wait { color: var(--wait); }
  .outcome.bad { color: var(--bad); }
  .points { margin: 12px 0 0; padding-left: 1.2em; font-size: 14px; }
  .points li { margin: 4px 0; }
  .choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 8px; margin-top: 14px; }
  .choices button:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .choices button {
    min-height: 44px; padding: 8px 12px; border: 1px solid var(--accent); border-radius: 10px; background: none; color: var(--accent);
    font-size: 14px; line-height: 1.35; font-weight: 500;
  }
  .choices button:hover:not(:disabled) { background: var(--mine); }
  .choices button:disabled:not(.settling) { border-color: var(--line); color: var(--quiet); }
  .choices .chosen .quiet { display: block; font-size: 12px; font-weight: 400; }
  .did, .done .todo { display: none; }
  .done .did { display: inline; }
  .receipt h3 { color: var(--good); }
  .receipt svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
  .remedy { margin: 10px 0 0; padding: 10px 12px; border-radius: 8px; background: var(--page); font-size: 14px; }
  .remedy span { display: block; font-size: 13px; color: var(--quiet); }
  .divider { display: flex; align-items: center; gap: 12px; width: 100%; margin: 14px 0 4px; font-size: 12px; color: var(--quiet); }
  .divider::before, .divider::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
`;

export const widgetStyles = [tokens, frame, talk, cards];

export const composerStyles = css`
  :host { display: block; padding: 8px 12px; background: var(--surface); border-top: 1px solid var(--line); }
  .row { display: flex; align-items: flex-end; gap: 8px; }
  textarea {
    flex: 1; min-width: 0; min-height: 44px; max-height: 120px; padding: 10px 14px; border: 1px solid var(--line); border-radius: 22px;
    background: var(--page); color: inherit; font: inherit; font-size: 16px; line-height: 22px; resize: none; box-sizing: border-box;
  }
  textarea::placeholder { color: var(--quiet); opacity: 1; }
  textarea:focus-visible { outline: 2px solid var(--accent); outline-offset: -1px; }
  textarea[aria-invalid] { border-color: var(--bad); }
  button {
    min-width: 60px; min-height: 44px; padding: 0 16px; border: 0; border-radius: 22px; background: var(--accent); color: var(--on-accent);
    font: inherit; cursor: pointer;
  }
  button:disabled { background: var(--line); color: var(--quiet); cursor: default; }
  button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  p { margin: 4px 4px 0; font-size: 13px; color: var(--bad); }
  [hidden] { display: none; }
`;
