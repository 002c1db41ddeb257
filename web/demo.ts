// The demo page: the chat of the chosen customer beside what the ledger holds for them. It plays the host's part:
// gives tokens, asks for the strong login, and shows how an account changes while its owner talks.

import { render } from "lit";
import { api, ANONYMOUS, type Customer } from "./demo/api";
import { Changes } from "./demo/changes";
import { ask } from "./demo/dialogs";
import { ledgerView, type Panel } from "./demo/ledger";
import type { Account } from "./demo/account";
import type { YuefuChat } from "./src/widget";

const POLL_MS = 2_000;
const START_WITH = "c-owing";

class Page {
  private readonly chat = document.querySelector("yuefu-chat") as YuefuChat;
  private readonly chooser = document.querySelector("#customer") as HTMLSelectElement;
  private readonly main = document.querySelector("main") as HTMLElement;
  private readonly ledger = document.querySelector("#ledger") as HTMLElement;
  private readonly changes = new Changes();
  private account: Account | null = null;
  private customer = "";
  private mode = "";
  private problem = "";
  private busy = false;

  async start(): Promise<void> {
    const customers = await api.customers();
    this.fill(this.chooser, [...customers, { id: ANONYMOUS, title: "未登录访客" }]);
    this.fill(document.querySelector("#login-customer") as HTMLSelectElement, customers);
    this.chooser.addEventListener("change", () => this.choose(this.chooser.value));
    this.chat.addEventListener("yuefu-login", () => void this.login());
    this.chat.addEventListener("yuefu-unread", (event) => this.count((event as CustomEvent<number>).detail));
    for (const tab of ["chat", "ledger"]) {
      document.querySelector(`#tab-${tab}`)?.addEventListener("click", () => this.show(tab));
    }
    document.addEventListener("visibilitychange", () => void this.poll());
    setInterval(() => void this.poll(), POLL_MS);
    const wanted = location.hash.slice(1) || START_WITH;
    const known = [...this.chooser.options].some((option) => option.value === wanted);
    this.choose(known ? wanted : (this.chooser.options[0]?.value ?? ANONYMOUS));
  }

  private fill(select: HTMLSelectElement, customers: readonly Customer[]): void {
    select.replaceChildren(...customers.map(({ id, title }) => new Option(title ? `${title}（${id}）` : id, id)));
  }

  private choose(customer: string): void {
    this.customer = customer;
    this.chooser.value = customer;
    history.replaceState(null, "", `#${customer}`);
    this.account = null;
    this.mode = "";
    this.changes.forget();
    this.chat.stepUpProvider = (acr) => this.strongLogin(customer, acr);
    this.chat.tokenProvider = () => api.token(customer);
    this.draw();
    void this.poll();
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

  private show(tab: string): void {
    this.main.dataset.tab = tab;
    for (const name of ["chat", "ledger"]) {
      document.querySelector(`#tab-${name}`)?.setAttribute("aria-pressed", String(name === tab));
    }
  }

  private async poll(): Promise<void> {
    if (document.hidden || this.customer === ANONYMOUS) return;
    const asked = this.customer;
    try {
      const account = await api.account(asked);
      if (asked !== this.customer) return;
      this.account = account;
      this.problem = "";
    } catch {
      this.problem = "账本暂时读不到，正在重试。";
    }
    this.draw();
  }

  private async control(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.draw();
    try {
      await act();
      this.problem = "";
    } catch (error) {
      this.problem = error instanceof Error ? error.message : "没有办成";
    } finally {
      this.busy = false;
    }
    await this.poll();
    this.draw();
  }

  private draw(): void {
    const panel: Panel = {
      account: this.account,
      anonymous: this.customer === ANONYMOUS,
      problem: this.problem,
      mode: this.mode,
      busy: this.busy,
      changes: this.changes,
      setMode: (mode) => void this.control(async () => {
        await api.gateway(mode, this.customer);
        this.mode = mode;
      }),
      advance: (by) => void this.control(() => api.clock(by)),
    };
    render(ledgerView(panel), this.ledger);
  }
}

void new Page().start();
