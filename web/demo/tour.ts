// Three questions to try with the chosen customer: a tap asks them in the chat.

import { html, svg, type TemplateResult } from "lit";

export interface Tour {
  questions: readonly string[];
  asked: ReadonlySet<string>;
  ask(question: string): void;
}

const DONE = svg`<path d="M5 10.5l3.5 3.5L15 7" />`;

export function tour({ questions, asked, ask }: Tour): TemplateResult {
  return html`<section class="box tour">
    <h2>试试这三句<small>点一下就问，账本会跟着变</small></h2>
    <ol>${questions.map((question, index) => html`<li>
      <button class=${asked.has(question) ? "asked" : ""} @click=${() => ask(question)}>
        <span aria-hidden="true">${asked.has(question) ? html`<svg viewBox="0 0 20 20">${DONE}</svg>` : index + 1}</span>${question}
      </button>
    </li>`)}</ol>
  </section>`;
}
