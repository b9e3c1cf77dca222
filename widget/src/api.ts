/** The channel over HTTP: four requests, and what can go wrong with them. It never tries again by itself. */

import { readSession, readTurn, readTurns, UnreadableError, type Session, type Turn } from "./contract.js";

/** What the leader says: typed, or chosen of what was offered. The id is the client's own, a UUID. */
export type Message = { id: string; text: string } | { id: string; choice: string };

/** After this many milliseconds without an answer there is no connection. */
const PATIENCE = 60_000;

/**
 * A request that was not answered as hoped. `status` is 0 where no answer came, `type` the name of a problem of the
 * channel, `detail` Dutch for the leader, `retryAfter` seconds.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type = "about:blank",
    readonly detail: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(`${status} ${type}`);
  }

  /** The same request can be sent again in a while. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** The token opens nothing any more. */
  get gone(): boolean {
    return this.status === 401 || this.status === 404;
  }
}

/** `type` of the error where an answer is not of the contract. */
export const UNREADABLE = "unreadable";

/** An error of whatever kind as one of the channel: what nobody foresaw is an answer that cannot be read. */
export function asProblem(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(200, UNREADABLE);
}

/** An answer as it came, its body whole. */
interface Answer {
  status: number;
  body: string;
  retryAfter: number | null;
}

function readProblem({ status, body, retryAfter }: Answer): ApiError {
  try {
    const { type, detail } = JSON.parse(body) as Record<string, unknown>;
    return new ApiError(
      status,
      typeof type === "string" ? type : undefined,
      typeof detail === "string" ? detail : null,
      retryAfter,
    );
  } catch {
    return new ApiError(status, undefined, null, retryAfter);
  }
}

/** The channel at an address. Every method throws `ApiError`, also where the signal aborts it. */
export class Api {
  /** The address of the channel, with a slash behind it. */
  readonly address: string;

  constructor(address: string) {
    this.address = address.endsWith("/") ? address : `${address}/`;
  }

  /** A new conversation, or the token's. `created` says that it is new, also where the token's was erased. */
  async startSession(token: string | null, keep: boolean, signal: AbortSignal): Promise<Session & { created: boolean }> {
    const answer = await this.#request("POST", "session", token, signal, { keep });
    return { ...this.#read(answer, readSession), created: answer.status === 201 };
  }

  /** Says something; the same message again runs nothing twice. */
  async sendMessage(token: string, message: Message, signal: AbortSignal): Promise<Turn> {
    return this.#read(await this.#request("POST", "messages", token, signal, message), readTurn);
  }

  /** All that was said. */
  async readMessages(token: string, signal: AbortSignal): Promise<Turn[]> {
    return this.#read(await this.#request("GET", "messages", token, signal), readTurns);
  }

  /** Erases the conversation for good. */
  async eraseConversation(token: string, signal: AbortSignal): Promise<void> {
    await this.#request("DELETE", "conversation", token, signal);
  }

  async #request(
    method: string,
    path: string,
    token: string | null,
    signal: AbortSignal,
    message?: object,
  ): Promise<Answer> {
    const headers = new Headers({ Accept: "application/json, application/problem+json" });
    if (token) headers.set("Authorization", `Bearer ${token}`);
    if (message) headers.set("Content-Type", "application/json");
    // AbortSignal.any and .timeout are too young for older phones.
    const request = new AbortController();
    const stop = () => request.abort();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    const patience = setTimeout(stop, PATIENCE);
    let answer: Answer;
    try {
      const response = await fetch(this.address + path, {
        method,
        headers,
        ...(message && { body: JSON.stringify(message) }),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        signal: request.signal,
      });
      const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
      answer = { status: response.status, body: await response.text(), retryAfter: seconds > 0 ? seconds : null };
    } catch {
      throw new ApiError(0);
    } finally {
      clearTimeout(patience);
      signal.removeEventListener("abort", stop);
    }
    if (answer.status >= 300) throw readProblem(answer);
    return answer;
  }

  #read<T>(answer: Answer, reader: (value: unknown, server: string) => T): T {
    try {
      return reader(JSON.parse(answer.body), this.address);
    } catch (error) {
      if (error instanceof UnreadableError || error instanceof SyntaxError) throw new ApiError(answer.status, UNREADABLE);
      throw error;
    }
  }
}
