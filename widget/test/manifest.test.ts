// @vitest-environment node
/// <reference types="vite/client" />
// @ts-expect-error The analyzer has no types for this part of it.
import { cli } from "@custom-elements-manifest/analyzer/cli.js";
import { describe, expect, it } from "vitest";

import kept from "../custom-elements.json";

const sources = Object.values(
  import.meta.glob<string>("../src/**/*.ts", { eager: true, query: "?raw", import: "default" }),
).join("\n");
const element = kept.modules.flatMap(({ declarations }) => declarations).find(({ name }) => name === "ReflectieCoach");
const names = (things: { name: string }[] = []) => things.map(({ name }) => name).sort();

/** The names that the pattern finds in the source, each once. */
function used(pattern: RegExp): string[] {
  return [...new Set([...sources.matchAll(pattern)].flatMap(([, found = ""]) => found.split(" ")))].sort();
}

describe("custom-elements.json", () => {
  it("is what `npm run manifest` makes of the source", async () => {
    expect(kept).toEqual(await cli({ argv: ["analyze", "--quiet"], noWrite: true }));
  });

  it("names every CSS property and part that there is, and no other", () => {
    expect(names(element?.cssProperties)).toEqual(used(/var\(\s*(--reflectie-coach-[\w-]+)/g));
    expect(names(element?.cssParts)).toEqual(used(/\bpart="([\w ]+)"/g));
  });

  it("names what a website can set, call and hear", () => {
    expect(names(element?.attributes)).toEqual(["api", "heading", "lang", "mode", "open", "privacy", "theme"]);
    const methods = element?.members.filter(({ kind }) => kind === "method");
    expect(names(methods)).toEqual(["close", "erase", "open", "restart"]);
    expect(names(element?.events)).toEqual(
      ["close", "erased", "error", "message", "open"].map((name) => `reflectie-coach-${name}`),
    );
  });
});
