import { beforeEach, expect, it, vi } from "vitest";

import { Store, type Access } from "../src/store.js";

const access: Access = { token: "a", expiresAt: "2099-01-01T00:00:00Z", kept: false, renewAt: 1, last: "1" };
/** Of its own for each test: the pages of an earlier one still answer. */
let api: string;
let tests = 0;

/** A page has modules of its own; two of them are two tabs with one session storage, as after a duplication. */
async function page(): Promise<(store: Store) => Promise<void>> {
  vi.resetModules();
  const { ownTab } = await import("../src/tabs.js");
  return (store) => ownTab(api, store);
}

beforeEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
  tests += 1;
  api = `https://coach.example/${tests}/`;
});

it("a copy of a tab that lives begins afresh, and leaves the other its own", async () => {
  const original = new Map<string, string>();
  const store = new Store(api);
  await (await page())(store);
  store.writeAccess(access);
  Object.entries({ ...sessionStorage }).forEach(([key, value]) => original.set(key, value));
  await (await page())(new Store(api));
  expect(new Store(api).readAccess()).toBeNull();
  expect(new Store(api).readTab()).not.toBe(JSON.parse(original.get(`reflectie-coach ${api} tab`) ?? ""));
});

it("a reload goes on, for there is no other tab", async () => {
  const store = new Store(api);
  store.beginTab("reloaded");
  store.writeAccess(access);
  await (await page())(store);
  expect(store.readAccess()).toEqual(access);
});

it("a second coach on the same page is no copy", async () => {
  const own = await page();
  await own(new Store(api));
  new Store(api).writeAccess(access);
  await own(new Store(api));
  expect(new Store(api).readAccess()).toEqual(access);
});

it("works where tabs cannot speak to each other", async () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  const store = new Store(api);
  store.beginTab("old");
  store.writeAccess(access);
  await (await page())(store);
  expect(store.readAccess()).toEqual(access);
});
