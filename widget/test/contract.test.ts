import { describe, expect, it } from "vitest";

import { readTurn, UnreadableError } from "../src/contract.js";
import { API, text, turn } from "./channel.js";

const read = (...replies: unknown[]) => readTurn(turn("1", "hallo", ...replies), API).replies;

const summary = {
  type: "summary",
  lines: [{ title: "Verbind met binnen", words: "ik vertel het" }],
  first_step: "Dinsdag bellen",
  page: "/webhooks/website/summary?link=a.b",
  calendar: "/webhooks/website/first-step.ics?link=a.b",
};

describe("a reply", () => {
  it("of every type is read", () => {
    expect(
      read(
        text("**Dag**"),
        { type: "quick_replies", replies: [{ choice: "a", title: "A" }] },
        { type: "link", title: "Mail", url: "mailto:info@example.org" },
        { type: "progress", step: 2, total: 4 },
        { type: "started_over" },
        { type: "keep" },
      ),
    ).toEqual([
      { type: "text", text: "**Dag**" },
      { type: "quick_replies", replies: [{ choice: "a", title: "A" }] },
      { type: "link", title: "Mail", url: "mailto:info@example.org" },
      { type: "progress", step: 2, total: 4 },
      { type: "started_over" },
      { type: "keep" },
    ]);
  });

  it("that is a summary has its addresses from the root of the server", () => {
    expect(read(summary)).toEqual([
      {
        type: "summary",
        lines: summary.lines,
        firstStep: "Dinsdag bellen",
        page: "https://coach.example/webhooks/website/summary?link=a.b",
        calendar: "https://coach.example/webhooks/website/first-step.ics?link=a.b",
      },
    ]);
    expect(read({ ...summary, first_step: null, calendar: null })).toMatchObject([{ firstStep: null, calendar: null }]);
  });

  it("of a type of later is nothing", () => {
    expect(read({ type: "video", url: "x" }, { type: "constructor" }, text("Dag"))).toEqual([text("Dag")]);
  });

  it.each([
    ["nothing", null],
    ["no object", "text"],
    ["without a type", { text: "Dag" }],
    ["a text without text", { type: "text", text: 7 }],
    ["choices that are none", { type: "quick_replies", replies: [{ title: "A" }] }],
    ["a link that is script", { type: "link", title: "A", url: "javascript:alert(1)" }],
    ["a link without https", { type: "link", title: "A", url: "http://example.org" }],
    ["a link that is no address", { type: "link", title: "A", url: "//" }],
    ["a summary of another server", { ...summary, page: "https://elders.example/summary" }],
    ["a summary that is script", { ...summary, page: "javascript:alert(1)" }],
    ["a summary without lines", { ...summary, lines: null }],
    ["a step that is none", { type: "progress", step: 0, total: 4 }],
    ["a step in words", { type: "progress", step: "2", total: 4 }],
  ])("that cannot be read is told apart, and hides no other: %s", (_, reply) => {
    expect(read(reply, text("Dag"))).toEqual([{ type: "unreadable" }, text("Dag")]);
  });
});

describe("a turn", () => {
  it.each([
    ["no object", 7],
    ["no id", { ...turn("1", null), id: undefined }],
    ["no replies", { ...turn("1", null), replies: undefined }],
    ["no moment", { ...turn("1", null), at: "gisteren" }],
    ["words that are none", { ...turn("1", null), said: 7 }],
    ["no word on erasing", { ...turn("1", null), erased: undefined }],
  ])("is none: %s", (_, value) => {
    expect(() => readTurn(value, API)).toThrow(UnreadableError);
  });
});
