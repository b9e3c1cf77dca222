import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Api, ApiError, UNREADABLE } from "../src/api.js";
import { API, away, Channel, json, problem } from "./channel.js";

let channel: Channel;
let api: Api;
const { signal } = new AbortController();

beforeEach(() => {
  channel = new Channel();
  api = new Api(API);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The error that a start of a session gives for an answer. */
async function errorFor(answer: Response | Error): Promise<ApiError> {
  channel.failures.push(answer);
  return api.startSession(null, false, signal).then(
    () => Promise.reject(new Error("no error")),
    (error: ApiError) => error,
  );
}

describe("an address", () => {
  it("is the same with and without a slash behind it", () => {
    expect(new Api("https://coach.example/hook").address).toBe("https://coach.example/hook/");
    expect(new Api("https://coach.example/hook/").address).toBe("https://coach.example/hook/");
  });
});

describe("a request", () => {
  it("carries the token in its header alone, and no cookies", async () => {
    const { token } = await api.startSession(null, false, signal);
    const request = vi.spyOn(globalThis, "fetch");
    await api.readMessages(token, signal);
    const [url, init] = request.mock.calls[0] ?? [];
    expect(url).toBe(`${API}messages`);
    expect(init).toMatchObject({ credentials: "omit", cache: "no-store" });
    expect(new Headers(init?.headers).get("Authorization")).toBe(`Bearer ${token}`);
  });

  it("that is not answered in a minute has no connection", async () => {
    vi.useFakeTimers();
    channel.gate = new Promise(() => undefined);
    const failed = vi.fn();
    api.startSession(null, false, signal).catch(failed);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect(failed.mock.calls[0]?.[0]).toMatchObject({ status: 0, temporary: true });
  });

  it("ends where it is aborted", async () => {
    const life = new AbortController();
    channel.gate = new Promise(() => undefined);
    const answer = api.startSession(null, false, life.signal);
    life.abort();
    await expect(answer).rejects.toBeInstanceOf(ApiError);
  });
});

describe("an error", () => {
  it("has the type, the Dutch detail and the wait of the problem", async () => {
    const answer = problem(429, { type: "too-many", detail: "Even rustig aan." }, { "Retry-After": "7" });
    expect(await errorFor(answer)).toMatchObject({
      status: 429,
      type: "too-many",
      detail: "Even rustig aan.",
      retryAfter: 7,
    });
  });

  it.each([
    ["a page of a proxy", new Response("<html>Bad gateway</html>", { status: 502 }), 502],
    ["nothing", new Response(null, { status: 500 }), 500],
    ["a list", json(500, []), 500],
    ["another shape", json(500, { type: 7, detail: { a: 1 } }), 500],
  ])("is read where its body is %s", async (_, answer, status) => {
    expect(await errorFor(answer)).toMatchObject({ status, type: "about:blank", detail: null, retryAfter: null });
  });

  it.each(["soon", "-3", "0", ""])("has no wait where the header says %j", async (header) => {
    expect((await errorFor(problem(503, {}, { "Retry-After": header }))).retryAfter).toBeNull();
  });

  it.each([
    [400, false, false],
    [401, false, true],
    [403, false, false],
    [404, false, true],
    [409, false, false],
    [413, false, false],
    [415, false, false],
    [422, false, false],
    [429, true, false],
    [500, true, false],
    [503, true, false],
  ])("%i: can be tried again %s, conversation gone %s", async (status, temporary, gone) => {
    expect(await errorFor(problem(status))).toMatchObject({ temporary, gone });
  });

  it("is temporary where no answer came", async () => {
    expect(await errorFor(away())).toMatchObject({ status: 0, temporary: true, gone: false });
  });

  it.each([
    ["no JSON", new Response("<html>", { status: 200 })],
    ["no object", json(200, null)],
    ["no token", json(201, { expires_at: "2026-11-28T10:00:00Z", kept: false, turns: [] })],
    ["no moment", json(201, { token: "a", expires_at: "later", kept: false, turns: [] })],
    ["turns of another shape", json(201, { token: "a", expires_at: "2026-11-28T10:00:00Z", kept: false, turns: [{}] })],
  ])("is an answer that cannot be read: %s", async (_, answer) => {
    expect(await errorFor(answer)).toMatchObject({ type: UNREADABLE, temporary: false });
  });
});
