// The demo profile's routes. None of them exists outside it.

import type { Account } from "./account";

export const ANONYMOUS = "anon";
const VISITOR_KEY = "yuefu-demo-visitor";

/** Somebody to look at the page as. */
export interface Customer {
  id: string;
  title: string;
  /** What to ask as them. */
  questions: readonly string[];
}

export interface Listed {
  customers: readonly Customer[];
  visitor: Customer;
}

async function call<T>(path: string, body?: unknown, login = ""): Promise<T> {
  const headers: Record<string, string> = login ? { Authorization: `Bearer ${login}` } : {};
  const request: RequestInit =
    body === undefined
      ? { headers }
      : {
          method: "POST",
          headers: { ...headers, "Content-Type": "application/json" },
          body: JSON.stringify(body),
        };
  const response = await fetch(path, request).catch(() => {
    throw new Error("连不上服务，没有办成。");
  });
  const answer = (await response.json()) as T & { error?: { message?: string } };
  if (!response.ok) throw new Error(answer.error?.message || `${path}: ${response.status}`);
  return answer;
}

/** A visitor stays the same one until the tab is closed. */
function visitor(): string {
  const known = sessionStorage.getItem(VISITOR_KEY);
  if (known) return known;
  const fresh = crypto.randomUUID();
  sessionStorage.setItem(VISITOR_KEY, fresh);
  return fresh;
}

export const api = {
  customers: (): Promise<Listed> => call("/demo/customers"),
  async token(customer: string, acr?: string): Promise<string> {
    const who = customer === ANONYMOUS ? { customer, visitor: visitor() } : { customer };
    return (await call<{ token: string }>("/demo/token", acr ? { ...who, acr } : who)).token;
  },
  /** Shows in the customer's chat the decision that they began in a messaging app. */
  async decide(customer: string, token: string): Promise<void> {
    await call("/chat/decisions", { token }, await api.token(customer));
  },
  account: (customer: string): Promise<Account> => call(`/demo/account?customer=${encodeURIComponent(customer)}`),
  async gateway(mode: string, customer: string): Promise<void> {
    await call("/demo/gateway", { mode, customer });
  },
  async clock(advance: string): Promise<void> {
    await call("/demo/clock", { advance });
  },
};
