import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ReflectieCoach } from "../src/widget.js";
import { API, away, Channel, offer, problem, text } from "./channel.js";

let channel: Channel;
let coach: ReflectieCoach;
let events: string[];

const EVENTS = ["open", "close", "message", "erased", "error"].map((name) => `reflectie-coach-${name}`);

beforeEach(() => {
  vi.stubGlobal("BroadcastChannel", undefined);
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  sessionStorage.clear();
  localStorage.clear();
  channel = new Channel();
  events = [];
  for (const name of EVENTS) document.addEventListener(name, hear);
});

afterEach(() => {
  for (const name of EVENTS) document.removeEventListener(name, hear);
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const hear = ({ type }: Event) => events.push(type.replace("reflectie-coach-", ""));

function place(attributes: Record<string, string> = {}): ReflectieCoach {
  coach = document.createElement("reflectie-coach");
  for (const [name, value] of Object.entries({ api: API, ...attributes })) coach.setAttribute(name, value);
  document.body.append(coach);
  return coach;
}

/** Lets requests be answered and the element draw what came of them. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setTimeout(resolve));
  await coach.updateComplete;
}

async function opened(attributes: Record<string, string> = {}): Promise<ReflectieCoach> {
  place(attributes);
  await coach.updateComplete;
  await coach.open();
  await settle();
  return coach;
}

function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = coach.shadowRoot?.querySelector<T>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}

const all = (selector: string) => Array.from(coach.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? []);
const words = (selector: string) => all(selector).map(({ textContent }) => textContent.replace(/\s+/g, " ").trim());
const focused = () => coach.shadowRoot?.activeElement?.id;
const button = (label: string) => {
  const found = all("button").find(({ textContent }) => textContent.includes(label));
  if (!found) throw new Error(`no button ${label}`);
  return found;
};

async function say(said: string): Promise<void> {
  const input = find<HTMLTextAreaElement>("#input");
  input.value = said;
  input.dispatchEvent(new Event("input"));
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  await settle();
}

describe("the panel", () => {
  it("asks nothing of the channel before it is opened", async () => {
    place();
    await settle();
    expect(channel.calls).toEqual([]);
    expect(all(".panel")).toEqual([]);
    expect(words("#launcher")).toEqual(["Praat met de coach"]);
  });

  it("opens with the welcome, its choices, and the focus where the leader types", async () => {
    await opened();
    expect(coach.hasAttribute("open")).toBe(true);
    expect(find(".panel").getAttribute("role")).toBe("dialog");
    expect(words(".coach .words")).toEqual(["Welkom"]);
    expect(words(".choice")).toEqual(["rol", "mandaat"]);
    expect(focused()).toBe("input");
    expect(events).toEqual(["open", "message"]);
  });

  it("closes by Escape, with the focus back on the launcher, and has its conversation when it opens again", async () => {
    await opened();
    find("#input").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await settle();
    expect(coach.hasAttribute("open")).toBe(false);
    expect(find(".panel").hidden).toBe(true);
    expect(focused()).toBe("launcher");
    await coach.open();
    await settle();
    expect(channel.asked("POST", "session")).toHaveLength(1);
    expect(events).toEqual(["open", "message", "close", "open"]);
  });

  it("lets Escape close its menu first", async () => {
    await opened();
    find("#menu-button").click();
    await coach.updateComplete;
    expect(find("#menu").hidden).toBe(false);
    find("#menu-button").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await coach.updateComplete;
    expect(find("#menu").hidden).toBe(true);
    expect(coach.opened).toBe(true);
    expect(focused()).toBe("menu-button");
  });

  it("counts what comes while it is closed", async () => {
    await opened();
    let release: () => void = () => undefined;
    channel.gate = new Promise((resolve) => (release = resolve));
    await say("hallo");
    await coach.close();
    channel.gate = null;
    release();
    await settle();
    expect(words("#launcher")).toEqual(["Praat met de coach1, 1 nieuw bericht"]);
    await coach.open();
    expect(all(".badge")).toEqual([]);
  });

  it("is a part of the page, started at once and without a launcher, where that is asked", async () => {
    place({ mode: "inline", heading: "Even stilstaan" });
    await settle();
    expect(words(".coach .words")).toEqual(["Welkom"]);
    expect(all("#launcher")).toEqual([]);
    expect(find(".panel").getAttribute("role")).toBe("region");
    expect(words("h2")).toEqual(["Even stilstaan"]);
    expect(events).toEqual(["message"]);
  });
});

describe("what the leader says", () => {
  it("goes with Enter, once, and empties the field", async () => {
    await opened();
    await say("Ik mag niets <b>beslissen</b>");
    expect(channel.messages.map((message) => message.text)).toEqual(["Ik mag niets <b>beslissen</b>"]);
    expect(words(".leader .words")).toEqual(["Ik mag niets <b>beslissen</b>"]);
    expect(find<HTMLTextAreaElement>("#input").value).toBe("");
  });

  it.each([
    ["Shift and Enter", { key: "Enter", shiftKey: true }],
    ["an Enter that chooses a word", { key: "Enter", isComposing: true }],
    ["the same in Safari", { key: "Enter", keyCode: 229 }],
  ])("does not go with %s", async (_, init) => {
    await opened();
    const input = find<HTMLTextAreaElement>("#input");
    input.value = "hallo";
    input.dispatchEvent(new Event("input"));
    const press = new KeyboardEvent("keydown", { ...init, cancelable: true });
    input.dispatchEvent(press);
    await settle();
    expect(channel.messages).toEqual([]);
    expect(press.defaultPrevented).toBe(false);
  });

  it("is counted near the limit, by characters and not by halves of them", async () => {
    await opened();
    const input = find<HTMLTextAreaElement>("#input");
    input.value = "a".repeat(1799);
    input.dispatchEvent(new Event("input"));
    await coach.updateComplete;
    expect(words("#count")).toEqual([""]);
    input.value = "🙂".repeat(1950);
    input.dispatchEvent(new Event("input"));
    await coach.updateComplete;
    expect(words("#count")).toEqual(["Nog 50 tekens"]);
  });

  it("stays where it is longer than the limit", async () => {
    await opened();
    await say("a".repeat(2001));
    expect(channel.messages).toEqual([]);
    expect(words("#count")[0]).toContain("1 teken te lang");
    expect(find("#input").getAttribute("aria-invalid")).toBe("true");
    await say("a".repeat(2000));
    expect(channel.messages).toHaveLength(1);
  });

  it("is the words of a choice, sent once however often it is clicked", async () => {
    await opened();
    const choice = button("mandaat");
    choice.click();
    choice.click();
    await settle();
    expect(channel.messages.map((message) => message.choice)).toEqual(["choice-mandaat"]);
    expect(words(".choice")).toEqual([]);
    expect(focused()).toBe("input");
  });

  it("is marked where it was not sent, can be sent again, and keeps its place on the screen", async () => {
    await opened();
    channel.failures.push(problem(503, {}, { "Retry-After": "600" }));
    await say("hallo");
    expect(words(".failed")).toEqual(["Niet verstuurd"]);
    expect(events[events.length - 1]).toBe("error");
    const message = find(".leader");
    button("Probeer opnieuw").click();
    await settle();
    expect(words(".failed")).toEqual([]);
    expect(find(".leader")).toBe(message);
    expect(new Set(channel.messages.map(({ id }) => id)).size).toBe(1);
  });

  it("goes back to the field where it was refused", async () => {
    await opened();
    channel.failures.push(problem(422, { detail: "Dit kan niet." }));
    await say("hallo");
    expect(words(".meta")[1]).toContain("Dit kan niet.");
    button("Pas je bericht aan").click();
    await settle();
    expect(find<HTMLTextAreaElement>("#input").value).toBe("hallo");
    expect(all(".leader")).toEqual([]);
  });
});

describe("what the coach says", () => {
  it("is drawn by its kind, and what cannot be read says so", async () => {
    channel.replies = () => [
      { type: "progress", step: 2, total: 4 },
      text("**Stap 2.** <img src=x onerror=alert(1)>"),
      { type: "link", title: "Mail het netwerk", url: "mailto:info@netwerk.nl" },
      { type: "link", title: "Naar de website", url: "https://netwerk.nl/" },
      { type: "text" },
      { type: "later" },
      offer("verder"),
    ];
    const logged = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
    await opened();
    await say("hallo");
    expect(words(".progress")).toEqual(["Stap 2 van 4"]);
    expect(find<HTMLProgressElement>("progress")).toMatchObject({ value: 2, max: 4 });
    expect(words(".turn:last-child .coach .words")).toEqual(["Stap 2. <img src=x onerror=alert(1)>"]);
    expect(all("img, script")).toEqual([]);
    expect(all("a").map((link) => [link.getAttribute("href"), link.getAttribute("rel")])).toEqual([
      ["mailto:info@netwerk.nl", null],
      ["https://netwerk.nl/", "noopener noreferrer"],
    ]);
    expect(words(".unreadable")[0]).toContain("niet kan laten zien");
    expect(words(".choice")).toEqual(["verder"]);
    for (const spy of logged) expect(spy).not.toHaveBeenCalled();
  });

  it("is a card with what can be done with it where it is a summary, and then the steps are over", async () => {
    channel.replies = (said) =>
      said === "stap"
        ? [{ type: "progress", step: 4, total: 4 }]
        : [
            {
              type: "summary",
              lines: [
                { title: "Verbind", words: "ik vertel het" },
                { title: "", words: "en nog iets" },
              ],
              first_step: "Dinsdag bellen",
              page: "/summary?link=a",
              calendar: "/first-step.ics?link=a",
            },
          ];
    await opened();
    await say("stap");
    expect(all(".progress")).toHaveLength(1);
    await say("samenvatting");
    expect(words(".summary li")).toEqual(["Verbindik vertel het", "en nog iets"]);
    expect(all(".summary a").map((link) => [link.getAttribute("href"), link.textContent.trim()])).toEqual([
      ["https://coach.example/summary?link=a", "Bewaar of print (opent in een nieuw tabblad)"],
      ["https://coach.example/first-step.ics?link=a", "Zet in je agenda (opent in een nieuw tabblad)"],
    ]);
    expect(all(".progress")).toEqual([]);
  });

  it("that begins again leaves the steps behind", async () => {
    channel.replies = (said) =>
      said === "opnieuw" ? [{ type: "started_over" }, text("Waar loop je tegenaan?")] : [{ type: "progress", step: 2, total: 4 }];
    await opened();
    await say("stap");
    expect(all(".progress")).toHaveLength(1);
    await say("opnieuw");
    expect(all(".progress")).toEqual([]);
    await say("stap");
    expect(all(".progress")).toHaveLength(1);
  });

  it("offers to go on later where the conversation pauses", async () => {
    channel.replies = () => [text("We wachten."), { type: "keep" }];
    await opened();
    await say("pauze");
    button("Later verder op dit apparaat").click();
    await settle();
    expect(words(".notice")[0]).toContain("staat nu op dit apparaat");
    expect(all(".choice")).toEqual([]);
    expect(localStorage.length).toBe(1);
  });

  it("is read aloud when it is new, and a history is not", async () => {
    await opened();
    await say("hallo");
    expect(find("#log").getAttribute("aria-live")).toBe("polite");
    const before = all(".turn");
    const seen: Node[] = [];
    const observer = new MutationObserver((records) => records.forEach((record) => seen.push(...record.addedNodes)));
    observer.observe(find("#log"), { childList: true, subtree: true });
    await say("nog iets");
    observer.disconnect();
    const added = seen.filter((node): node is HTMLElement => node instanceof HTMLElement);
    expect(added.filter((node) => node.matches(".turn, .message")).map(({ className }) => className)).toEqual([
      "turn",
      "message coach",
    ]);
    expect(all(".turn").slice(0, 2)).toEqual(before);
    coach.remove();

    place({ open: "" });
    const live: (string | null)[] = [];
    const drawing = new MutationObserver(() => {
      if (all(".turn").length) live.push(find("#log").getAttribute("aria-live"));
    });
    await coach.updateComplete;
    drawing.observe(find("#log"), { childList: true, subtree: true, attributes: true });
    await settle();
    drawing.disconnect();
    expect(words(".leader .words")).toEqual(["hallo", "nog iets"]);
    expect(live[0]).toBe("off");
    expect(find("#log").getAttribute("aria-live")).toBe("polite");
  });

  it("is announced once as under way where it takes a second", async () => {
    await opened();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    channel.gate = new Promise(() => undefined);
    find<HTMLTextAreaElement>("#input").value = "hallo";
    find("#input").dispatchEvent(new Event("input"));
    find("#input").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await vi.advanceTimersByTimeAsync(900);
    const spoken = () => words('.hidden[role="status"]');
    expect(find(".under-way").hidden).toBe(false);
    expect(spoken()).toEqual([""]);
    await vi.advanceTimersByTimeAsync(200);
    expect(spoken()).toEqual(["Het antwoord is onderweg"]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(spoken()).toEqual([""]);
    vi.useRealTimers();
  });
});

describe("the menu", () => {
  const choose = async (label: string) => {
    find("#menu-button").click();
    await coach.updateComplete;
    button(label).click();
    await settle();
  };

  it("begins again in the coach's own words", async () => {
    await opened();
    await choose("Opnieuw beginnen");
    expect(channel.messages.map((message) => message.text)).toEqual(["opnieuw"]);
    expect(find("#menu").hidden).toBe(true);
  });

  it("keeps the conversation on this device, and says until when", async () => {
    await opened();
    await choose("Bewaar mijn gesprek");
    expect(channel.calls[channel.calls.length - 1]).toMatchObject({ path: "session", body: { keep: true } });
    expect(words(".menu-note")[0]).toMatch(/^Je gesprek staat tot \d+ \w+ \d{4} op dit apparaat\.$/);
  });

  it("copies the conversation as text", async () => {
    const writeText = vi.fn();
    vi.stubGlobal("navigator", { ...navigator, onLine: true, clipboard: { writeText } });
    channel.replies = () => [text("**Mooi**")];
    await opened();
    await say("hallo");
    await choose("Kopieer het gesprek");
    expect(writeText.mock.calls[0]?.[0]).toMatch(/De coach: Welkom\n\n\[.*\]\nJij: hallo\nDe coach: Mooi$/);
    expect(words(".notice")[0]).toContain("gekopieerd");
  });

  it("says where copying is not possible", async () => {
    await opened();
    await choose("Kopieer het gesprek");
    expect(words(".notice")).toEqual(["Kopiëren lukt niet in deze browser."]);
  });

  it("erases after a question, and offers a new conversation", async () => {
    await opened();
    await say("geheim");
    await choose("Wis mijn gesprek");
    expect(find('[role="alertdialog"]')).toBeTruthy();
    expect(focused()).toBe("erase-not");
    button("Nee, laat staan").click();
    await settle();
    expect(focused()).toBe("menu-button");
    expect(channel.asked("DELETE", "conversation")).toEqual([]);
    await choose("Wis mijn gesprek");
    button("Ja, wis mijn gesprek").click();
    await settle();
    expect(channel.asked("DELETE", "conversation")).toHaveLength(1);
    expect(all(".turn")).toEqual([]);
    expect(words(".notice")[0]).toContain("gewist");
    expect(events[events.length - 1]).toBe("erased");
    expect(focused()).toBe("begin");
    find("#begin").click();
    await settle();
    expect(words(".coach .words")).toEqual(["Welkom"]);
  });
});

describe("the page around it", () => {
  it("can open, close, begin again and erase", async () => {
    await opened();
    coach.restart();
    await settle();
    expect(channel.messages.map((message) => message.text)).toEqual(["opnieuw"]);
    expect(await coach.erase()).toBe(true);
    await coach.close();
    expect(events).toEqual(["open", "message", "message", "message", "erased", "close"]);
  });

  it("hears of a message, and not what it says", async () => {
    const details: unknown[] = [];
    const listen = (event: Event) => details.push((event as CustomEvent).detail);
    document.addEventListener("reflectie-coach-message", listen);
    await opened();
    await say("geheim");
    document.removeEventListener("reflectie-coach-message", listen);
    expect(details).toEqual([{ by: "coach" }, { by: "leader" }, { by: "coach" }]);
  });

  it("sees an open panel by the attribute, which leaves the focus where it is", async () => {
    place({ open: "" });
    await settle();
    expect(words(".coach .words")).toEqual(["Welkom"]);
    expect(document.activeElement).toBe(document.body);
    coach.removeAttribute("open");
    await settle();
    expect(find(".panel").hidden).toBe(true);
    expect(events).toEqual(["open", "message", "close"]);
  });

  it("tells it of a lost connection, and nothing goes wrong in its console", async () => {
    const logged = vi.spyOn(console, "error");
    await opened();
    channel.failures.push(away());
    await say("hallo");
    expect(words(".notice")[0]).toContain("geen verbinding");
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(words(".notice")).toEqual([]);
    expect(words(".leader .words")).toEqual(["hallo"]);
    expect(logged).not.toHaveBeenCalled();
  });

  it.each([
    ["https://netwerk.example/privacy", "https://netwerk.example/privacy"],
    ["http://netwerk.example/privacy", "http://netwerk.example/privacy"],
    ["/privacy?van=coach", "https://website.example/privacy?van=coach"],
  ])("has its privacy statement %s opened in a new tab, before anything is typed", async (privacy, href) => {
    const logged = vi.spyOn(console, "warn");
    await opened({ privacy });
    const link = find("form .privacy a");
    expect(words(".privacy")).toEqual(["Privacy (opent in een nieuw tabblad)"]);
    expect(["href", "target", "rel"].map((name) => link.getAttribute(name))).toEqual([href, "_blank", "noopener noreferrer"]);
    expect(logged).not.toHaveBeenCalled();
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "mailto:info@netwerk.example", "https://"])(
    "is told once in its console that %s is no address of a privacy statement",
    async (privacy) => {
      const logged = vi.spyOn(console, "warn").mockReturnValue();
      await opened({ privacy });
      await say("hallo");
      expect(all(".privacy")).toEqual([]);
      expect(logged.mock.calls).toEqual([[expect.stringContaining(`privacy="${privacy}" is left out`)]]);
    },
  );

  it("can name a privacy statement later, and take it back", async () => {
    const logged = vi.spyOn(console, "warn");
    await opened();
    expect(all(".privacy")).toEqual([]);
    coach.privacy = "/privacy";
    await coach.updateComplete;
    expect(all(".privacy")).toHaveLength(1);
    coach.setAttribute("privacy", "/privacy");
    coach.removeAttribute("privacy");
    await coach.updateComplete;
    expect(all(".privacy")).toEqual([]);
    expect(logged).not.toHaveBeenCalled();
  });

  it("can define it twice", async () => {
    vi.resetModules();
    await expect(import("../src/widget.js")).resolves.toBeTruthy();
    expect(customElements.get("reflectie-coach")).toBe(ReflectieCoach);
  });
});
