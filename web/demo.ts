// The demo page: the chat of the chosen customer beside what the ledger holds for them. It plays the host's part:
// gives tokens, asks for the strong login, and shows how an account changes while its owner talks.

import { render } from "lit";
import { api, ANONYMOUS, type Customer, type Listed } from "./demo/api";
import { Changes } from "./demo/changes";
import { ask } from "./demo/dialogs";
import { ledgerView } from "./demo/ledger";
import type { Account } from "./demo/account";
import type { YuefuChat } from "./src/widget";

const POLL_MS = 2_000;
const TABS = ["chat", "ledger", "demo"];
const START_WITH = "c-owing";

class Page {
  private readonly chat = document.querySelector("yuefu-chat") as YuefuChat;
  private readonly chooser = document.querySelector("#customer") as HTMLSelectElement;
  private readonly main = document.querySelector("main") as HTMLElement;
  private readonly ledger = document.querySelector("#ledger") as HTMLElement;
  private readonly unseen = document.querySelector("#unseen") as HTMLElement;
  private readonly changes = new Changes();
  private readonly asked = new Set<string>();
  private customers: readonly Customer[] = [];
  private account: Account | null = null;
  private customer = "";
  /** The ledger cannot be read just now. */
  private unreadable = false;
  /** Why what was asked of a switch was not done. */
  private refusal = "";
  private busy = false;

  async start(): Promise<void> {
    const { customers, visitor } = await this.listed();
    this.customers = [...customers, visitor];
    this.fill(this.chooser, this.customers);
    this.fill(document.querySelector("#login-customer") as HTMLSelectElement, customers);
    this.chooser.addEventListener("change", () => this.choose(this.chooser.value));
    this.chat.addEventListener("yuefu-login", () => void this.login());
    this.chat.addEventListener("yuefu-unread", (event) => this.count((event as CustomEvent<number>).detail));
    for (const tab of TABS) {
      document.querySelector(`#tab-${tab}`)?.addEventListener("click", () => this.show(tab));
    }
    document.addEventListener("visibilitychange", () => void this.poll());
    setInterval(() => void this.poll(), POLL_MS);
    const wanted = [location.hash.slice(1), START_WITH, ANONYMOUS];
    const decision = new URLSearchParams(location.search).get("decision");
    this.choose(wanted.find((id) => this.customers.some((one) => one.id === id)) ?? ANONYMOUS);
    if (decision) await this.openDecision(decision);
  }

  /** Asks until the service answers. */
  private async listed(): Promise<Listed> {
    for (;;) {
      try {
        return await api.customers();
      } catch {
        this.unreadable = true;
        this.draw();
        await new Promise((later) => setTimeout(later, POLL_MS));
      }
    }
  }

  private fill(select: HTMLSelectElement, customers: readonly Customer[]): void {
    select.replaceChildren(...customers.map(({ id, title }) => new Option(`${title}（${id}）`, id)));
  }

  private choose(customer: string): void {
    this.customer = customer;
    this.chooser.value = customer;
    history.replaceState(null, "", `${location.pathname}#${customer}`);
    this.account = null;
    this.unreadable = false;
    this.refusal = "";
    this.changes.forget();
    this.asked.clear();
    this.chat.stepUpProvider = (acr) => this.strongLogin(customer, acr);
    this.chat.tokenProvider = () => api.token(customer);
    this.draw();
    void this.poll();
  }

  /** What a messaging app sent here is decided in the chat, by its own customer and after a strong login. */
  private async openDecision(token: string): Promise<void> {
    if (this.customer === ANONYMOUS) await this.login();
    await this.control(() => api.decide(this.customer, token));
  }

  private async strongLogin(customer: string, acr: string): Promise<string> {
    if (!(await ask("#strong-login"))) throw new Error("the customer cancelled the strong login");
    return api.token(customer, acr);
  }

  private async login(): Promise<void> {
    if (await ask("#login")) this.choose((document.querySelector("#login-customer") as HTMLSelectElement).value);
  }

  /** What came while nobody looked is counted in the tab's name. */
  private count(unread: number): void {
    document.title = (unread ? `(${unread}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  }

  /** On a phone one part is on show at a time; what changes meanwhile in the ledger is told on its tab. */
  private show(tab: string): void {
    this.main.dataset.tab = tab;
    for (const name of TABS) {
      document.querySelector(`#tab-${name}`)?.setAttribute("aria-pressed", String(name === tab));
    }
    if (tab === "ledger") this.changes.unseen = false;
    this.draw();
  }

  private ask(question: string): void {
    this.asked.add(question);
    this.show("chat");
    this.chat.say(question);
  }

  private async poll(): Promise<void> {
    if (document.hidden || this.customer === ANONYMOUS) return;
    const asked = this.customer;
    try {
      const account = await api.account(asked);
      if (asked !== this.customer) return;
      this.account = account;
      this.unreadable = false;
    } catch {
      this.unreadable = true;
    }
    this.draw();
  }

  private async control(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.refusal = "";
    this.draw();
    try {
      await act();
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : "没有办成";
    }
    this.busy = false;
    await this.poll();
  }

  private draw(): void {
    render(
      ledgerView({
        account: this.account,
        anonymous: this.customer === ANONYMOUS,
        problem: this.refusal || (this.unreadable ? "账本暂时读不到，正在重试。" : ""),
        busy: this.busy,
        changes: this.changes,
        tour: {
          questions: this.customers.find((one) => one.id === this.customer)?.questions ?? [],
          asked: this.asked,
          ask: (question) => this.ask(question),
        },
        setMode: (mode) => void this.control(() => api.gateway(mode, this.customer)),
        advance: (by) => void this.control(() => api.clock(by)),
      }),
      this.ledger,
    );
    if (this.account) this.changes.ready();
    this.unseen.hidden = !this.changes.unseen || this.main.dataset.tab === "ledger";
  }
}

void new Page().start();
