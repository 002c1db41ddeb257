// What a page may rely on. The types of the npm package are made from this file alone; the element implements them.

/** Gives a fresh JWT for every (re)connection. */
export type TokenProvider = () => Promise<string>;

/** Has the page make a strong login of this class and gives the JWT that says so; rejects when it was cancelled. */
export type StepUpProvider = (acr: string) => Promise<string>;

export interface YuefuChatElement extends HTMLElement {
  /** The bot's address, with a path prefix where it has one, or a path; the page's own origin by default. */
  server: string;
  /** Fills its container; without it a button in the corner opens a panel. */
  inline: boolean;
  /** Whether that panel is open. */
  open: boolean;
  /** Whoever has no token provider may talk as a visitor, by a pass of the bot's own. */
  visitors: boolean;
  tokenProvider: TokenProvider | undefined;
  stepUpProvider: StepUpProvider | undefined;
  /** Logs the visitor in; without it a `yuefu-login` event asks the page. */
  loginProvider: (() => Promise<void>) | undefined;
  /** Connects anew with a new token, e.g. after the page has logged the visitor in or out. */
  connect(): void;
  /** Sends a text as if the person had typed it. */
  say(text: string): void;
}

/** Both bubble and leave the shadow tree. */
export interface YuefuChatEvents {
  /** How many answers have not been seen. */
  "yuefu-unread": CustomEvent<number>;
  /** The person wants to log in. */
  "yuefu-login": CustomEvent<null>;
}

declare global {
  interface HTMLElementTagNameMap {
    "yuefu-chat": YuefuChatElement;
  }
  interface HTMLElementEventMap extends YuefuChatEvents {}
}
