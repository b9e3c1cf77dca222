/** Messages without an answer, in their order. They are remembered for this tab, so that a reload loses none. */

import type { Message } from "./api.js";
import type { Store, Unsent } from "./store.js";

/** A message without an answer. `failed` can be sent again; `refused` can only be said otherwise. */
export interface Pending extends Unsent {
  state: "waiting" | "sending" | "failed" | "refused";
  /** Why it failed or was refused, in the server's words. */
  detail: string | null;
}

export class Outbox {
  #items: readonly Pending[] = [];
  #restored = false;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get items(): readonly Pending[] {
    return this.#items;
  }

  /** What goes next; refused messages stand in nobody's way, a failed one does. */
  get next(): Pending | undefined {
    return this.#items.find(({ state }) => state !== "refused");
  }

  /** The words of what was typed; of a choice there are none. */
  get typed(): string[] {
    return this.#items.filter(({ message }) => "text" in message).map(({ words }) => words);
  }

  /** Puts what was not sent before a reload in front. Until then nothing is remembered, so that it is not lost. */
  restore(): void {
    this.#restored = true;
    const unsent = this.#store.readUnsent().map((one): Pending => ({ ...one, state: "waiting", detail: null }));
    this.#set([...unsent, ...this.#items]);
  }

  add(message: Message, words: string): void {
    const at = new Date().toISOString();
    this.#set([...this.#items, { message, words, at, state: "waiting", detail: null }]);
  }

  mark(id: string, change: Partial<Pending>): void {
    this.#set(this.#items.map((one) => (one.message.id === id ? { ...one, ...change } : one)));
  }

  /** Lets everything in one state wait to be sent. */
  await(state: "sending" | "failed"): void {
    this.#set(this.#items.map((one) => (one.state === state ? { ...one, state: "waiting", detail: null } : one)));
  }

  remove(id: string): void {
    this.#set(this.#items.filter(({ message }) => message.id !== id));
  }

  /** Takes out what was answered, except what is under way: its own answer does that. */
  settle(answered: ReadonlySet<string>): void {
    this.#set(this.#items.filter(({ message, state }) => state === "sending" || !answered.has(message.id)));
  }

  clear(): void {
    this.#set([]);
  }

  #set(items: readonly Pending[]): void {
    this.#items = items;
    if (!this.#restored) return;
    this.#store.writeUnsent(items.map(({ message, words, at }) => ({ message, words, at })));
  }
}
