import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Api, type ApiError } from "../src/api.js";
import { Conversation } from "../src/conversation.js";
import { FIRST_WAIT, TRIES } from "../src/patience.js";
import { Store } from "../src/store.js";
import { API, away, Channel, json, offer, problem, text, turn } from "./channel.js";

let channel: Channel;
let errors: ApiError[];
let erasures: number;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-28T10:00:00Z") });
  vi.stubGlobal("BroadcastChannel", undefined);
  sessionStorage.clear();
  localStorage.clear();
  channel = new Channel();
  errors = [];
  erasures = 0;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A conversation as a page makes one; a second one is a reload, or a second tab of a kept conversation. */
function page(): Conversation {
  return new Conversation(new Api(API), new Store(API), {
    changed: () => undefined,
    said: () => undefined,
    erased: () => (erasures += 1),
    failed: (error) => errors.push(error),
  });
}

async function started(): Promise<Conversation> {
  const conversation = page();
  await conversation.start();
  return conversation;
}

/** Lets everything happen that happens within so many milliseconds. */
const pass = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const MANY_TRIES = FIRST_WAIT * 2 ** TRIES;

const said = ({ turns }: Conversation) => turns.map((one) => one.said);
const states = ({ pending }: Conversation) => pending.map(({ state }) => state);

/** Makes requests wait until the returned function is called. */
function hold(): () => void {
  let release: () => void = () => undefined;
  channel.gate = new Promise((resolve) => {
    release = () => {
      channel.gate = null;
      resolve();
    };
  });
  return release;
}

describe("a start", () => {
  it("makes no request before it, and shows the welcome and its choices after it", async () => {
    const conversation = page();
    expect(channel.calls).toEqual([]);
    await conversation.start();
    expect(conversation.turns.map(({ id }) => id)).toEqual(["welcome"]);
    expect(conversation.offered.map(({ title }) => title)).toEqual(["rol", "mandaat"]);
    expect(channel.calls).toMatchObject([{ token: null, body: { keep: false } }]);
  });

  it("is one, however often it is asked for", async () => {
    const conversation = page();
    await Promise.all([conversation.start(), conversation.start()]);
    await conversation.start();
    expect(channel.asked("POST", "session")).toHaveLength(1);
  });

  it("goes on with the conversation of this tab after a reload, with all that was said", async () => {
    (await started()).send("Ik mag niets beslissen");
    await pass();
    const reloaded = await started();
    expect(said(reloaded)).toEqual([null, "Ik mag niets beslissen"]);
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ path: "session", token: "token-1" });
  });

  it("tells of a conversation that expired, and begins another", async () => {
    await started();
    channel.conversations.clear();
    const reloaded = await started();
    expect(reloaded.notice?.code).toBe("gone");
    expect(reloaded.phase).toBe("open");
    expect(said(reloaded)).toEqual([null]);
  });

  it("tells of a conversation that was erased elsewhere, and keeps the words that were not sent", async () => {
    const first = await started();
    first.setDraft("half een zin");
    channel.conversations.forEach((conversation) => (conversation.turns = null));
    const reloaded = await started();
    expect(reloaded.notice?.code).toBe("gone");
    expect(reloaded.draft).toBe("half een zin");
  });

  it("that fails is tried again, and then left to the leader", async () => {
    channel.failures.push(...Array.from({ length: TRIES }, away));
    const conversation = page();
    void conversation.start();
    await pass(MANY_TRIES);
    expect(conversation.phase).toBe("failed");
    expect(channel.calls).toHaveLength(TRIES);
    conversation.retry();
    await pass();
    expect(conversation.phase).toBe("open");
  });

  it("that fails doubles nothing that was typed meanwhile", async () => {
    channel.failures.push(...Array.from({ length: TRIES }, away));
    const conversation = page();
    void conversation.start();
    conversation.send("hallo");
    await pass(MANY_TRIES);
    const release = hold();
    conversation.retry();
    await pass();
    expect(conversation.pending).toHaveLength(1);
    release();
    await pass();
    expect(said(conversation)).toEqual([null, "hallo"]);
  });

  it("shows the server's own words where there are any", async () => {
    channel.failures.push(problem(403, { detail: "Deze website mag dat niet." }));
    const conversation = await started();
    expect(conversation.notice).toEqual({ code: "start-failed", detail: "Deze website mag dat niet." });
  });
});

describe("messages", () => {
  it("go one at a time and in order, also those typed meanwhile and before the start", async () => {
    const conversation = page();
    conversation.send("een");
    await pass();
    const release = hold();
    conversation.send("twee");
    conversation.send("drie");
    await pass();
    expect(channel.messages.map(({ text }) => text)).toEqual(["een", "twee"]);
    expect(states(conversation)).toEqual(["sending", "waiting"]);
    release();
    await pass();
    expect(channel.messages.map(({ text }) => text)).toEqual(["een", "twee", "drie"]);
    expect(said(conversation)).toEqual([null, "een", "twee", "drie"]);
    expect(conversation.pending).toEqual([]);
  });

  it("have no blanks around them, and none that is blank goes", async () => {
    const conversation = await started();
    conversation.send("  hallo\n");
    conversation.send(" \n ");
    await pass();
    expect(channel.messages.map(({ text }) => text)).toEqual(["hallo"]);
  });

  it("have a UUID each", async () => {
    const conversation = await started();
    conversation.send("een");
    conversation.send("een");
    await pass();
    const ids = channel.messages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it.each([
    ["no connection", away],
    ["429", () => problem(429)],
    ["503", () => problem(503)],
    ["a proxy's 502", () => new Response("<html>", { status: 502 })],
  ])("go again by themselves, under the same id, after %s", async (_, failure) => {
    const conversation = await started();
    channel.failures.push(failure(), failure());
    conversation.send("hallo");
    await pass(MANY_TRIES);
    expect(channel.messages).toHaveLength(3);
    expect(new Set(channel.messages.map(({ id }) => id)).size).toBe(1);
    expect(said(conversation)).toEqual([null, "hallo"]);
  });

  it("wait as long as the server asks", async () => {
    const conversation = await started();
    channel.failures.push(problem(429, {}, { "Retry-After": "20" }));
    conversation.send("hallo");
    await pass(19_000);
    expect(channel.messages).toHaveLength(1);
    expect(conversation.waitsFor).toBe("server");
    expect(conversation.busy).toBe(false);
    await pass(2000);
    expect(said(conversation)).toEqual([null, "hallo"]);
    expect(conversation.waitsFor).toBeNull();
  });

  it("fail at once where the server asks for very long", async () => {
    const conversation = await started();
    channel.failures.push(problem(503, { detail: "Over tien minuten weer." }, { "Retry-After": "600" }));
    conversation.send("hallo");
    await pass();
    expect(conversation.pending).toMatchObject([{ state: "failed", detail: "Over tien minuten weer." }]);
  });

  it("stay where every try failed, hold those behind them back, and go by hand under the same id", async () => {
    const conversation = await started();
    channel.failures.push(...Array.from({ length: TRIES }, away));
    conversation.send("een");
    conversation.send("twee");
    await pass(MANY_TRIES);
    expect(states(conversation)).toEqual(["failed", "waiting"]);
    expect(channel.messages).toHaveLength(TRIES);
    expect(errors).toHaveLength(1);
    conversation.retry();
    await pass();
    expect(said(conversation)).toEqual([null, "een", "twee"]);
    expect(new Set(channel.messages.slice(0, TRIES + 1).map(({ id }) => id)).size).toBe(1);
  });

  it("that failed go before the next one that is typed", async () => {
    const conversation = await started();
    channel.failures.push(...Array.from({ length: TRIES }, away));
    conversation.send("een");
    await pass(MANY_TRIES);
    conversation.send("twee");
    await pass();
    expect(said(conversation)).toEqual([null, "een", "twee"]);
  });

  it("are not given up without a network, and go when it is back", async () => {
    const conversation = await started();
    const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    channel.failures.push(...Array.from({ length: 20 }, away));
    conversation.connectionChanged(false);
    conversation.send("hallo");
    await pass(100_000);
    expect(states(conversation)).toEqual(["sending"]);
    expect(conversation.waitsFor).toBe("connection");
    onLine.mockReturnValue(true);
    channel.failures.length = 0;
    conversation.connectionChanged(true);
    await pass();
    expect(said(conversation)).toEqual([null, "hallo"]);
    expect(conversation.waitsFor).toBeNull();
  });

  it("that were refused can be said otherwise, and hold nothing back", async () => {
    const conversation = await started();
    channel.failures.push(problem(413, { detail: "Te groot." }));
    conversation.send("een");
    conversation.send("twee");
    await pass();
    expect(conversation.pending).toMatchObject([{ state: "refused", detail: "Te groot.", words: "een" }]);
    expect(said(conversation)).toEqual([null, "twee"]);
    conversation.setDraft("en dit");
    conversation.edit(conversation.pending[0]?.message.id ?? "");
    expect(conversation.draft).toBe("een\nen dit");
    expect(conversation.pending).toEqual([]);
  });

  it("get another id where theirs was used for something else", async () => {
    const conversation = await started();
    channel.failures.push(problem(409, { type: "id-used", detail: "Stuur het opnieuw." }));
    conversation.send("hallo");
    await pass();
    expect(conversation.pending).toMatchObject([{ state: "failed", detail: "Stuur het opnieuw." }]);
    conversation.retry();
    await pass();
    expect(said(conversation)).toEqual([null, "hallo"]);
    expect(new Set(channel.messages.map(({ id }) => id)).size).toBe(2);
  });

  it("keep their id where a conflict is about something else, which is a refusal like any other", async () => {
    const conversation = await started();
    channel.failures.push(problem(409, { detail: "Dat kan nu niet." }));
    conversation.send("hallo");
    await pass();
    expect(conversation.pending).toMatchObject([{ state: "refused", detail: "Dat kan nu niet." }]);
    expect(conversation.pending[0]?.message.id).toBe(channel.messages[0]?.id);
  });

  it("whose answer cannot be read are not said again by themselves", async () => {
    const conversation = await started();
    channel.failures.push(json(200, { turns: "geen" }));
    conversation.send("hallo");
    await pass(MANY_TRIES);
    expect(channel.messages).toHaveLength(1);
    expect(states(conversation)).toEqual(["failed"]);
  });

  it.each([401, 404])("are given back to the leader where the conversation is gone (%i)", async (status) => {
    const conversation = await started();
    channel.failures.push(problem(status));
    conversation.send("een");
    conversation.send("twee");
    conversation.setDraft("en drie");
    await pass();
    expect(conversation.notice?.code).toBe("gone");
    expect(conversation.draft).toBe("een\ntwee\nen drie");
    expect(conversation.pending).toEqual([]);
    expect(conversation.phase).toBe("open");
    expect(said(conversation)).toEqual([null]);
    expect(channel.asked("POST", "session").map(({ token }) => token)).toEqual([null, null]);
  });

  it("survive a reload, in order and under their ids, and what arrived after all is not said twice", async () => {
    const first = await started();
    const release = hold();
    first.send("een");
    first.send("twee");
    await pass();
    const id = channel.messages[0]?.id ?? "";
    const conversation = channel.conversations.get("token-1");
    conversation?.turns?.push(turn(id, "een", text("Gehoord")));
    channel.gate = null;
    const reloaded = await started();
    await pass();
    expect(said(reloaded)).toEqual([null, "een", "twee"]);
    expect(channel.messages.map((message) => message.text)).toEqual(["een", "twee"]);
    release();
  });
});

describe("what was typed and not sent", () => {
  it("is there after a reload, in front of what was typed before it was there", async () => {
    const first = await started();
    hold();
    first.send("een");
    first.setDraft("half");
    await pass();
    channel.gate = null;
    const reloaded = page();
    void reloaded.start();
    reloaded.send("twee");
    reloaded.setDraft("meer");
    await pass();
    expect(said(reloaded)).toEqual([null, "een", "twee"]);
    expect(reloaded.draft).toBe("half\nmeer");
  });

  it("is erased before the conversation is opened too", async () => {
    (await started()).setDraft("geheim");
    await page().erase();
    expect(JSON.stringify({ ...sessionStorage })).not.toContain("geheim");
  });
});

describe("a choice", () => {
  it("is sent as it was offered, shown by its title, and offered once", async () => {
    const conversation = await started();
    const release = hold();
    conversation.choose("choice-mandaat");
    conversation.choose("choice-mandaat");
    conversation.choose("choice-rol");
    expect(conversation.offered).toEqual([]);
    expect(conversation.pending.map(({ words }) => words)).toEqual(["mandaat"]);
    release();
    await pass();
    expect(channel.messages.map(({ choice, text }) => [choice, text])).toEqual([["choice-mandaat", undefined]]);
  });

  it("that was never offered is not sent", async () => {
    const conversation = await started();
    conversation.choose("choice-iets");
    await pass();
    expect(channel.messages).toEqual([]);
  });

  it("of an earlier turn is no longer offered", async () => {
    const conversation = await started();
    conversation.send("hallo");
    await pass();
    expect(conversation.offered).toEqual([]);
  });

  it("that the channel no longer offers is taken away, and what was said meanwhile is read", async () => {
    const conversation = await started();
    channel.conversations.get("token-1")?.turns?.push(turn("elsewhere", "rol", text("Je rol"), offer("verder")));
    channel.failures.push(problem(409, { type: "choice-not-offered", detail: "Dat kan niet meer." }));
    conversation.choose("choice-rol");
    await pass();
    expect(conversation.notice).toEqual({ code: "choice-gone", detail: "Dat kan niet meer." });
    expect(conversation.pending).toEqual([]);
    expect(said(conversation)).toEqual([null, "rol"]);
    expect(conversation.offered.map(({ title }) => title)).toEqual(["verder"]);
  });
});

describe("erasing", () => {
  it("removes everything, there and here", async () => {
    const conversation = await started();
    conversation.send("geheim");
    await pass();
    conversation.setDraft("nog een geheim");
    expect(await conversation.erase()).toBe(true);
    expect(channel.conversations.get("token-1")?.turns).toBeNull();
    expect(conversation).toMatchObject({ phase: "erased", turns: [], pending: [], draft: "" });
    expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toMatch(/token|geheim/);
    expect(erasures).toBe(1);
  });

  it("also removes what was under way, whose answer is not heard any more", async () => {
    const conversation = await started();
    const release = hold();
    conversation.send("geheim");
    await pass();
    channel.gate = null;
    expect(await conversation.erase()).toBe(true);
    release();
    await pass(MANY_TRIES);
    expect(conversation).toMatchObject({ phase: "erased", turns: [], pending: [] });
    expect(channel.calls).toHaveLength(3);
  });

  it("is followed by a new conversation when the leader says something", async () => {
    const conversation = await started();
    await conversation.erase();
    conversation.send("hallo");
    await pass();
    expect(said(conversation)).toEqual([null, "hallo"]);
    expect(channel.asked("POST", "session").map(({ token }) => token)).toEqual([null, null]);
  });

  it("that fails says so, leaves everything, and goes on with what was under way", async () => {
    const conversation = await started();
    hold();
    conversation.send("hallo");
    await pass();
    channel.gate = null;
    channel.failures.push(away());
    expect(await conversation.erase()).toBe(false);
    await pass();
    expect(conversation.notice?.code).toBe("erase-failed");
    expect(said(conversation)).toEqual([null, "hallo"]);
    expect(new Set(channel.messages.map(({ id }) => id)).size).toBe(1);
    expect(erasures).toBe(0);
  });

  it("of what is already erased has succeeded", async () => {
    const conversation = await started();
    channel.failures.push(problem(404));
    expect(await conversation.erase()).toBe(true);
  });

  it("is not claimed where the token no longer gives access", async () => {
    const conversation = await started();
    channel.failures.push(problem(401));
    expect(await conversation.erase()).toBe(false);
    expect(conversation.notice?.code).toBe("gone");
    expect(erasures).toBe(0);
  });

  it("works before the conversation is opened, and starts none", async () => {
    await started();
    const reloaded = page();
    expect(await reloaded.erase()).toBe(true);
    expect(reloaded.phase).toBe("idle");
    expect(channel.asked("POST", "session")).toHaveLength(1);
    expect(channel.asked("DELETE", "conversation")).toMatchObject([{ token: "token-1" }]);
  });

  it("by words leaves what the coach says to it, and sends what was typed after it to a new conversation", async () => {
    const conversation = await started();
    conversation.send("wis");
    await pass();
    expect(conversation.phase).toBe("erased");
    expect(said(conversation)).toEqual([null]);
    expect(conversation.turns[0]?.replies).toEqual([text("Ik hoor: wis")]);
    expect(sessionStorage.getItem(`reflectie-coach ${API} conversation`)).toBeNull();
    expect(erasures).toBe(1);
    conversation.send("wis");
    conversation.send("hallo");
    await pass();
    await pass();
    expect(said(conversation)).toEqual([null, "hallo"]);
  });
});

describe("a conversation that is kept", () => {
  async function kept(): Promise<Conversation> {
    const conversation = await started();
    conversation.send("hallo");
    await pass();
    await conversation.keep();
    return conversation;
  }

  const changed = () =>
    new StorageEvent("storage", { key: `reflectie-coach ${API} conversation`, storageArea: localStorage });

  it("moves to this device, for as long as its token lives", async () => {
    const conversation = await kept();
    expect(conversation.keptUntil).toBe("2026-12-26T10:00:00.000Z");
    expect(conversation.notice?.code).toBe("kept");
    expect(Object.keys({ ...sessionStorage })).not.toContain(`reflectie-coach ${API} conversation`);
    expect(localStorage.getItem(`reflectie-coach ${API} conversation`)).toContain("token-2");
    sessionStorage.clear();
    expect(said(await started())).toEqual([null, "hallo"]);
  });

  it("stays kept when it goes on", async () => {
    await kept();
    sessionStorage.clear();
    const other = await started();
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ token: "token-2", body: { keep: true } });
    expect(other.keptUntil).not.toBeNull();
  });

  it("is forgotten when its time is over", async () => {
    await kept();
    sessionStorage.clear();
    vi.setSystemTime(new Date("2026-12-26T10:00:01Z"));
    expect(said(await started())).toEqual([null]);
    expect(localStorage.length).toBe(0);
  });

  it("shows in one tab what was said in another", async () => {
    const first = await kept();
    sessionStorage.clear();
    const second = await started();
    second.send("nog iets");
    await pass();
    first.storageChanged(changed());
    await pass();
    expect(said(first)).toEqual([null, "hallo", "nog iets"]);
  });

  it("shows what was said in another tab while something was under way, once that is done", async () => {
    const first = await kept();
    const release = hold();
    first.send("een");
    await pass();
    channel.conversations.get("token-2")?.turns?.push(turn("elsewhere", "nog iets", text("Gehoord")));
    first.storageChanged(changed());
    first.storageChanged(changed());
    await pass();
    expect(channel.asked("GET", "messages")).toEqual([]);
    release();
    await pass();
    expect(said(first)).toEqual([null, "hallo", "nog iets", "een"]);
    expect(channel.asked("GET", "messages")).toHaveLength(1);
  });

  it("shows what was said in another tab while this one was reading", async () => {
    const first = await kept();
    const release = hold();
    void first.refresh();
    const turns = channel.conversations.get("token-2")?.turns;
    channel.failures.push(json(200, { turns }));
    turns?.push(turn("elsewhere", "nog iets", text("Gehoord")));
    first.storageChanged(changed());
    release();
    await pass();
    expect(said(first)).toEqual([null, "hallo", "nog iets"]);
  });

  it("is gone in one tab when it is erased in another", async () => {
    const first = await kept();
    sessionStorage.clear();
    const second = await started();
    await second.erase();
    first.storageChanged(changed());
    expect(first).toMatchObject({ phase: "erased", turns: [] });
  });

  it("is no matter of a tab that has its own", async () => {
    const own = await started();
    localStorage.setItem(`reflectie-coach ${API} conversation`, "{}");
    own.storageChanged(changed());
    expect(own.phase).toBe("open");
  });

  it("lets nothing pass what is under way", async () => {
    const conversation = await started();
    const release = hold();
    conversation.send("een");
    conversation.send("twee");
    await pass();
    channel.conversations.get("token-1")?.turns?.push(turn(channel.messages[0]?.id ?? "", "een", text("Gehoord")));
    channel.gate = null;
    await conversation.keep();
    await pass();
    expect(channel.messages.map(({ text }) => text)).toEqual(["een"]);
    release();
    await pass();
    expect(said(conversation)).toEqual([null, "een", "twee"]);
  });

  it("says when keeping fails, and is not kept", async () => {
    const conversation = await started();
    channel.failures.push(away());
    await conversation.keep();
    expect(conversation.notice?.code).toBe("keep-failed");
    expect(conversation.keptUntil).toBeNull();
  });
});

describe("a look at what was said elsewhere", () => {
  it("shows every turn once", async () => {
    const conversation = await started();
    conversation.send("hallo");
    await pass();
    await conversation.refresh();
    expect(said(conversation)).toEqual([null, "hallo"]);
    expect(channel.asked("GET", "messages")).toHaveLength(1);
  });

  it("loses nothing that was answered while it was under way", async () => {
    const conversation = await started();
    const release = hold();
    const refreshed = conversation.refresh();
    await pass();
    channel.gate = null;
    channel.failures.push(json(200, turn("early", "hallo", text("Dag"))));
    conversation.send("hallo");
    await pass();
    release();
    await refreshed;
    expect(said(conversation)).toEqual([null, "hallo"]);
  });

  it("gets a younger token where half of the token's life is over", async () => {
    const conversation = await started();
    await pass(channel.lifetime / 2 + 1);
    await conversation.refresh();
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ path: "session", token: "token-1" });
    conversation.send("hallo");
    await pass();
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ path: "messages", token: "token-2" });
  });

  it("also gets one before a message is sent", async () => {
    const conversation = await started();
    await pass(channel.lifetime / 2 + 1);
    conversation.send("hallo");
    await pass();
    expect(channel.messages).toHaveLength(1);
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ path: "messages", token: "token-2" });
    expect(said(conversation)).toEqual([null, "hallo"]);
  });

  it("gives the words back where the conversation was erased before that", async () => {
    const conversation = await started();
    await pass(channel.lifetime / 2 + 1);
    channel.conversations.forEach((one) => (one.turns = null));
    conversation.send("hallo");
    await pass();
    expect(conversation).toMatchObject({ draft: "hallo", pending: [], busy: false, notice: { code: "gone" } });
    expect(channel.messages).toEqual([]);
  });

  it.each([
    ["a look", (conversation: Conversation) => conversation.refresh()],
    ["a message", (conversation: Conversation) => conversation.send("hallo")],
    ["keeping", (conversation: Conversation) => conversation.keep()],
  ])("goes on with the new conversation that the server made where this one was erased: %s", async (_, act) => {
    const conversation = await started();
    conversation.send("een");
    await pass();
    await pass(channel.lifetime / 2 + 1);
    channel.conversations.forEach((one) => (one.turns = null));
    void act(conversation);
    await pass();
    expect(conversation).toMatchObject({ phase: "open", notice: { code: "gone" } });
    expect(said(conversation)).toEqual([null]);
    expect(channel.asked("POST", "session").map(({ token }) => token)).toEqual([null, "token-1"]);
    conversation.send("opnieuw hallo");
    await pass();
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ path: "messages", token: "token-2" });
    expect(said(await started())).toEqual([null, "opnieuw hallo"]);
  });

  it("says nothing where it fails", async () => {
    const conversation = await started();
    channel.failures.push(away());
    await conversation.refresh();
    expect(conversation).toMatchObject({ phase: "open", notice: null });
    expect(errors).toEqual([]);
  });

  it("begins a new conversation where this one is gone, with what was being typed", async () => {
    const conversation = await started();
    conversation.setDraft("half een zin");
    channel.failures.push(problem(404));
    await conversation.refresh();
    expect(conversation).toMatchObject({ phase: "open", draft: "half een zin", notice: { code: "gone" } });
  });
});
