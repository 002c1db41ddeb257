// The box to type in: it grows with the text, sends on Enter, and says when a message is too long.

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { sends } from "./ime";
import { composerStyles } from "./styles";
import type { Strings } from "./strings";

export class Composer extends LitElement {
  static override styles = composerStyles;
  static override properties = { t: { attribute: false }, limit: { type: Number }, value: { state: true } };

  declare t: Strings;
  declare limit: number;
  declare value: string;
  #composing = false;

  constructor() {
    super();
    this.limit = 300;
    this.value = "";
  }

  override focus(): void {
    this.#box?.focus({ preventScroll: true });
  }

  override render(): TemplateResult {
    const over = [...this.value.trim()].length - this.limit;
    return html`
      <div class="row">
        <textarea
          rows="1"
          enterkeyhint="send"
          aria-label=${this.t.input}
          aria-invalid=${over > 0 ? "true" : nothing}
          aria-describedby="hint"
          placeholder=${this.t.placeholder}
          .value=${this.value}
          @input=${this.#typed}
          @keydown=${this.#key}
          @compositionstart=${() => (this.#composing = true)}
          @compositionend=${() => (this.#composing = false)}
        ></textarea>
        <button ?disabled=${!this.value.trim() || over > 0} @click=${this.#submit}>${this.t.send}</button>
      </div>
      <p id="hint" role="status" ?hidden=${over <= 0}>${over > 0 ? this.t.tooLong(this.limit, over) : nothing}</p>
    `;
  }

  get #box(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea");
  }

  #typed(event: Event): void {
    this.value = (event.target as HTMLTextAreaElement).value;
    this.#grow();
  }

  #key(event: KeyboardEvent): void {
    if (!sends(event, this.#composing)) return;
    event.preventDefault();
    this.#submit();
  }

  #submit(): void {
    const text = this.value.trim();
    if (!text || [...text].length > this.limit) return;
    this.value = "";
    void this.updateComplete.then(() => this.#grow());
    this.dispatchEvent(new CustomEvent("say", { detail: text }));
    this.focus();
  }

  #grow(): void {
    const box = this.#box;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 120)}px`;
  }
}

if (!customElements.get("yuefu-composer")) customElements.define("yuefu-composer", Composer);
