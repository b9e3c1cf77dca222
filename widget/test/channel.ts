/** A channel in memory that speaks the contract, can be told to fail, and remembers what it was asked. */

import { vi } from "vitest";

export const API = "https://coach.example/webhooks/website/";

interface Call {
  method: string;
  path: string;
  token: string | null;
  body: { id?: string; text?: string; choice?: string; keep?: boolean } | null;
}

type Answer = Response | Error;

export interface WireTurn {
  id: string;
  said: string | null;
  at: string;
  replies: unknown[];
  erased: boolean;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

export function problem(status: number, fields: object = {}, headers: Record<string, string> = {}): Response {
  return json(status, { type: "about:blank", title: "", status, ...fields }, headers);
}

export function turn(id: string, said: string | null, ...replies: unknown[]): WireTurn {
  return { id, said, at: "2026-11-28T10:00:00Z", replies, erased: false };
}

export const text = (words: string) => ({ type: "text", text: words });

export const offer = (...titles: string[]) => ({
  type: "quick_replies",
  replies: titles.map((title) => ({ choice: `choice-${title}`, title })),
});

export class Channel {
  readonly calls: Call[] = [];
  /** Conversations by their tokens; of an erased one the turns are null. */
  readonly conversations = new Map<string, { turns: WireTurn[] | null }>();
  /** What the next requests get instead of an answer, in order. */
  readonly failures: Answer[] = [];
  /** Milliseconds that a token lives. */
  lifetime = 4 * 3600_000;
  /** While set, requests wait for it. */
  gate: Promise<void> | null = null;
  replies: (said: string) => unknown[] = (said) => [text(`Ik hoor: ${said}`)];
  erasesBy = "wis";
  #tokens = 0;

  constructor() {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.#answer(url, init));
  }

  /** What was said to the channel, in the order in which it came. */
  get messages(): NonNullable<Call["body"]>[] {
    return this.calls.filter(({ path, method }) => path === "messages" && method === "POST").map(({ body }) => body ?? {});
  }

  asked(method: string, path: string): Call[] {
    return this.calls.filter((call) => call.method === method && call.path === path);
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const call: Call = {
      method: init.method ?? "GET",
      path: url.slice(API.length),
      token: headers.get("Authorization")?.replace("Bearer ", "") ?? null,
      body: init.body ? JSON.parse(String(init.body)) : null,
    };
    this.calls.push(call);
    if (this.gate) {
      await Promise.race([
        this.gate,
        new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted")))),
      ]);
    }
    if (init.signal?.aborted) throw new Error("aborted");
    const failure = this.failures.shift();
    if (failure instanceof Error) throw failure;
    return failure ?? this.#respond(call);
  }

  #respond({ method, path, token, body }: Call): Response {
    const conversation = token === null ? undefined : this.conversations.get(token);
    if (path === "session") {
      if (token !== null && !conversation) return problem(401);
      const goesOn = conversation?.turns;
      const session = goesOn ? conversation : { turns: [turn("welcome", null, text("Welkom"), offer("rol", "mandaat"))] };
      this.#tokens += 1;
      const made = `token-${this.#tokens}`;
      this.conversations.set(made, session);
      return json(goesOn ? 200 : 201, {
        token: made,
        expires_at: new Date(Date.now() + (body?.keep ? 28 * 86400_000 : this.lifetime)).toISOString(),
        kept: body?.keep ?? false,
        turns: session.turns,
      });
    }
    if (!conversation) return problem(401);
    if (path === "conversation") {
      conversation.turns = null;
      return json(204, null);
    }
    const { turns } = conversation;
    if (!turns) return problem(404);
    if (method === "GET") return json(200, { turns });
    const known = turns.find(({ id }) => id === body?.id);
    if (known) return json(200, known);
    const said = body?.text ?? body?.choice ?? "";
    const made = turn(body?.id ?? "", said, ...this.replies(said));
    if (said === this.erasesBy) {
      conversation.turns = null;
      return json(200, { ...made, erased: true });
    }
    turns.push(made);
    return json(200, made);
  }
}

/** No answer, as when the connection is away. */
export const away = () => new TypeError("Failed to fetch");
