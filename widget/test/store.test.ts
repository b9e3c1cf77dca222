import { beforeEach, describe, expect, it, vi } from "vitest";

import { Store, type Access } from "../src/store.js";

const API = "https://coach.example/hook/";
const access: Access = { token: "a", expiresAt: "2099-01-01T00:00:00Z", kept: false, renewAt: 1, last: "1" };
const kept: Access = { ...access, token: "b", kept: true };

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
});

describe("a store", () => {
  it("remembers in this tab alone, unless the conversation is kept", () => {
    const store = new Store(API);
    store.writeAccess(access);
    store.writeDraft("half");
    expect(localStorage.length).toBe(0);
    expect(store.readAccess()).toEqual(access);
    store.writeAccess(kept);
    expect(JSON.stringify({ ...sessionStorage })).not.toContain("token");
    expect(new Store(API).readAccess()).toEqual(kept);
  });

  it("prefers the conversation of this tab to the one that is kept", () => {
    const store = new Store(API);
    store.writeAccess(kept);
    store.writeAccess(access);
    expect(store.readAccess()).toEqual(access);
    store.forgetAccess(false);
    expect(store.readAccess()).toEqual(kept);
  });

  it("removes a kept conversation that expired", () => {
    const store = new Store(API);
    store.writeAccess({ ...kept, expiresAt: "2020-01-01T00:00:00Z" });
    expect(store.readAccess()).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it("keeps channels apart", () => {
    new Store(API).writeAccess(access);
    expect(new Store("https://andere.example/").readAccess()).toBeNull();
  });

  it("sets no cookie", () => {
    const store = new Store(API);
    store.writeAccess(kept);
    store.writeDraft("half");
    expect(document.cookie).toBe("");
  });

  it.each(["", "{", "7", "null", '{"token":1}', "[]"])("takes %j of somebody else for nothing", (value) => {
    const store = new Store(API);
    for (const name of ["conversation", "draft", "unsent"]) {
      sessionStorage.setItem(`reflectie-coach ${API} ${name}`, value);
      localStorage.setItem(`reflectie-coach ${API} ${name}`, value);
    }
    expect(store.readAccess()).toBeNull();
    expect(store.readDraft()).toBe("");
    expect(store.readUnsent()).toEqual([]);
  });

  it("leaves out what is no message of a queue", () => {
    const store = new Store(API);
    const unsent = { message: { id: "1", text: "hallo" }, words: "hallo", at: "2026-11-28T10:00:00Z" };
    sessionStorage.setItem(`reflectie-coach ${API} unsent`, JSON.stringify([null, { message: {} }, unsent]));
    expect(store.readUnsent()).toEqual([unsent]);
  });

  it("works without a memory where the browser forbids one", () => {
    vi.spyOn(window, "sessionStorage", "get").mockImplementation(() => {
      throw new DOMException("forbidden", "SecurityError");
    });
    const store = new Store(API);
    store.writeAccess(access);
    store.writeDraft("half");
    expect(store.readAccess()).toBeNull();
    expect(store.readDraft()).toBe("");
  });

  it("goes on where the memory is full", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(() => new Store(API).writeDraft("half")).not.toThrow();
  });

  it("begins a tab with nothing but an identity", () => {
    const store = new Store(API);
    store.writeAccess(access);
    store.writeDraft("half");
    store.beginTab("mine");
    expect(store.readTab()).toBe("mine");
    expect(Object.keys({ ...sessionStorage })).toEqual([`reflectie-coach ${API} tab`]);
  });

  it("knows which changes of other tabs are about its conversation", () => {
    const store = new Store(API);
    const concerns = (key: string | null) => store.concerns(new StorageEvent("storage", { key }));
    expect(concerns(`reflectie-coach ${API} conversation`)).toBe(true);
    expect(concerns(null)).toBe(true);
    expect(concerns("iets anders")).toBe(false);
  });
});
