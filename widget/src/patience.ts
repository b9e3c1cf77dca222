/** Trying again: a request is made until it is answered, with waits that grow, and for as long as there is no network. */

import { ApiError, asProblem } from "./api.js";

/** How often a request is made by itself before the leader is asked. */
export const TRIES = 5;
/** Milliseconds before the second try; each wait after it is twice as long. */
export const FIRST_WAIT = 1000;
/** A server that asks for more than this many seconds is not waited for. */
export const LONGEST_WAIT = 60;
/** Milliseconds between tries without a network: the browser says when there is one, and is not always right. */
const WITHOUT_NETWORK = 10_000;

export class Patience {
  /** What is waited for: a connection, or a server that is too busy. */
  waitsFor: "connection" | "server" | null = null;
  /** A request is under way. */
  busy = false;

  readonly #changed: () => void;
  readonly #sleepers = new Set<() => void>();

  /** @param changed is called when `waitsFor` or `busy` may have changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /**
   * The answer to a request, which may be made several times.
   * @throws ApiError where it is refused or was tried often enough, and whatever it threw where the signal is aborted.
   */
  async persist<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; ) {
      this.#set(true, this.waitsFor);
      let wait: number;
      try {
        const answer = await request();
        if (!signal.aborted) this.#set(false, null);
        return answer;
      } catch (error) {
        if (signal.aborted) throw error;
        const problem = asProblem(error);
        const cause = problem.status === 0 ? "connection" : "server";
        const offline = problem.status === 0 && !navigator.onLine;
        const seconds = problem.retryAfter ?? 0;
        const waits = problem.temporary && tries < TRIES && seconds <= LONGEST_WAIT;
        this.#set(false, waits ? cause : null);
        if (!waits) throw error;
        // The waits differ a little, so that not everybody comes back at the same moment.
        const growing = FIRST_WAIT * 2 ** (tries - 1) * (1 + Math.random() / 4);
        wait = offline ? WITHOUT_NETWORK : Math.max(seconds * 1000, growing);
        if (!offline) tries += 1; // A try without a network says nothing of the server.
      }
      await this.#sleep(wait);
      if (signal.aborted) throw new ApiError(0);
    }
  }

  /** Ends every wait now: somebody asks, or the network is back. */
  wake(): void {
    for (const wake of [...this.#sleepers]) wake();
  }

  /** Forgets what was under way; its signal was aborted. */
  reset(): void {
    this.#set(false, null);
    this.wake();
  }

  /** The browser says that the network came or went. */
  networkChanged(online: boolean): void {
    this.#set(this.busy, online ? null : "connection");
    if (online) this.wake();
  }

  #set(busy: boolean, waitsFor: Patience["waitsFor"]): void {
    this.busy = busy;
    this.waitsFor = waitsFor;
    this.#changed();
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }
}
