// The demo profile's routes. None of them exists outside it.

import type { Account } from "./account";

export const ANONYMOUS = "anon";
const VISITOR_KEY = "yuefu-demo-visitor";

export interface Customer {
  id: string;
  title: string;
}

async function call<T>(path: string, body?: unknown): Promise<T> {
  const request: RequestInit =
    body === undefined
      ? {}
      : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, request);
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
  async customers(): Promise<Customer[]> {
    const answer = await call<Customer[] | { customers: Customer[] }>("/demo/customers");
    const listed = Array.isArray(answer) ? answer : answer.customers;
    return listed.filter((customer) => customer.id !== ANONYMOUS);
  },
  async token(customer: string, acr?: string): Promise<string> {
    const who = customer === ANONYMOUS ? { customer, visitor: visitor() } : { customer };
    return (await call<{ token: string }>("/demo/token", acr ? { ...who, acr } : who)).token;
  },
  account: (customer: string): Promise<Account> => call(`/demo/account?customer=${encodeURIComponent(customer)}`),
  async gateway(mode: string, customer: string): Promise<void> {
    await call("/demo/gateway", customer === ANONYMOUS ? { mode } : { mode, customer });
  },
  async clock(advance: string): Promise<void> {
    await call("/demo/clock", { advance });
  },
};
