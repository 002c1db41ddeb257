// The pieces that every box of the account is made of. What is shown is marked when it changes.

import { html, nothing, svg, type TemplateResult } from "lit";
import type { Changes } from "./changes";

export type Part = TemplateResult | typeof nothing;
export type Row = readonly [label: string, value: string];
export type Share = readonly [className: string, fen: number];

/** `half` boxes stand two to a row where there is room. */
export function box(title: string, body: unknown, size: "" | "half" = ""): TemplateResult {
  return html`<section class="box ${size}"><h2>${title}</h2>${body}</section>`;
}

/** A figure to be read first. While it is fresh, what it was stands beside it. */
export function headline(changes: Changes, key: string, text: string, more: { label?: string; id?: string } = {}): TemplateResult {
  const mark = changes.mark(key, text);
  const before = changes.before(key);
  return html`<p class="headline ${mark}">
    ${more.label ? html`<small>${more.label}</small>` : nothing}<strong id=${more.id ?? nothing}>${text}</strong>
    ${before ? html`<small class="before">原 ${before}</small>` : nothing}
  </p>`;
}

/** Labels and values; rows without a value are left out. "spread" rows stand side by side where there is room. */
export function rows(changes: Changes, key: string, list: readonly Row[], spread: "" | "spread" = ""): Part {
  const shown = list.filter(([, value]) => value);
  return shown.length
    ? html`<dl class="rows ${spread}">${shown.map(([label, value]) =>
        html`<div class=${changes.mark(`${key}.${label}`, value)}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`
    : nothing;
}

/** A thing of the account with its amount: what it is and what it is called; how much and how it stands. */
export interface Item {
  key: string;
  title: string;
  detail?: string;
  amount?: string;
  note?: string;
  tone?: "" | "bad" | "wait";
}

export function items(changes: Changes, list: readonly Item[]): TemplateResult {
  return html`<ul class="items">${list.map(({ key, title, detail = "", amount = "", note = "", tone = "" }) => html`
    <li class=${changes.mark(key, amount + note + detail)}>
      <p>${title}${detail ? html`<small>${detail}</small>` : nothing}</p>
      <p>${amount}${note ? html`<small class=${tone}>${note}</small>` : nothing}</p>
    </li>`)}</ul>`;
}

/** Shares of a whole as a bar. Drawn with SVG attributes: a strict CSP allows no style attribute. */
export function bar(shares: readonly Share[], label: string): TemplateResult {
  const shown = shares.filter(([, fen]) => fen > 0);
  const total = shown.reduce((sum, [, fen]) => sum + fen, 0) || 1;
  let from = 0;
  return html`<svg class="bar" role="img" aria-label=${label}>
    <rect class="empty" width="100%" height="100%" />
    ${shown.map(([name, fen]) => {
      const start = from;
      from += (100 * fen) / total;
      return svg`<rect class=${name} x="${start}%" width="${from - start}%" height="100%" />
        ${start ? svg`<rect class="gap" x="${start}%" width="2" height="100%" />` : nothing}`;
    })}
  </svg>`;
}
