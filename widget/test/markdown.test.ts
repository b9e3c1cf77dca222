import { describe, expect, it } from "vitest";

import { toHtml, toPlain } from "../src/markdown.js";

/** The HTML as a page reads it. */
function drawn(markdown: string): HTMLElement {
  const place = document.createElement("div");
  place.innerHTML = toHtml(markdown);
  return place;
}

const tags = (markdown: string) => Array.from(drawn(markdown).querySelectorAll("*"), ({ localName }) => localName);

describe("Markdown", () => {
  it.each([
    ["Een.\n\nTwee.", "<p>Een.</p><p>Twee.</p>"],
    ["Een\ntwee", "<p>Een<br>twee</p>"],
    ["**Stap 1** en *nu* en __zo__", "<p><strong>Stap 1</strong> en <em>nu</em> en <strong>zo</strong></p>"],
    ["- een\n- twee", "<ul><li><p>een</p></li><li><p>twee</p></li></ul>"],
    ["1. een\n2. twee", "<ol><li><p>een</p></li><li><p>twee</p></li></ol>"],
    ["- een\n  - twee\n- drie", "<ul><li><p>een</p><ul><li><p>twee</p></li></ul></li><li><p>drie</p></li></ul>"],
    ["\\*geen nadruk\\*", "<p>*geen nadruk*</p>"],
    ["Bel 112.", '<p>Bel <a href="tel:112" rel="noopener noreferrer">112</a>.</p>'],
    ["snake_case_woord en 2 * 3 * 4", "<p>snake_case_woord en 2 * 3 * 4</p>"],
  ])("%j", (markdown, html) => {
    expect(toHtml(markdown)).toBe(html);
  });

  it("has links that leave the conversation where it is", () => {
    expect(toHtml("[113](https://www.113.nl/)")).toBe(
      '<p><a href="https://www.113.nl/" rel="noopener noreferrer" target="_blank">113</a></p>',
    );
    expect(toHtml("[mail](mailto:a@b.nl?subject=x)")).toBe(
      '<p><a href="mailto:a@b.nl?subject=x" rel="noopener noreferrer">mail</a></p>',
    );
  });

  it("makes links of addresses, without the signs behind them", () => {
    const links = drawn("Zie www.netwerk.nl, https://a.nl/b_c?d=1. Of mail info@netwerk.nl!").querySelectorAll("a");
    expect(Array.from(links, ({ href, textContent }) => [href, textContent])).toEqual([
      ["https://www.netwerk.nl/", "www.netwerk.nl"],
      ["https://a.nl/b_c?d=1", "https://a.nl/b_c?d=1"],
      ["mailto:info@netwerk.nl", "info@netwerk.nl"],
    ]);
    expect(drawn("[www.netwerk.nl](https://a.nl)").querySelectorAll("a")).toHaveLength(1);
  });

  it.each([
    ["Bel 112.", ["tel:112"]],
    ["Bij direct gevaar: 112. 113 neemt dag en nacht op", ["tel:112", "tel:113"]],
    ["bel dan 113 of 0800-0113: gratis", ["tel:113", "tel:08000113"]],
    ["Veilig Thuis (0800-2000), dag en nacht", ["tel:08002000"]],
    ["vertrouwensinspecteur: 0900-111 31 11 (kantoortijd)", ["tel:09001113111"]],
    ["De politie: **0900-8844**, of 0800-1234567", ["tel:09008844", "tel:08001234567"]],
    ["Chatten kan op 113.nl. Of bel 113", ["https://www.113.nl/", "tel:113"]],
  ])("makes links of numbers to call: %s", (words, addresses) => {
    const links = Array.from(drawn(words).querySelectorAll("a"));
    expect(links.map(({ href }) => href)).toEqual(addresses);
    for (const { href, textContent } of links) {
      if (href.startsWith("tel:")) expect(textContent.replace(/\D/g, "")).toBe(href.slice(4));
    }
    expect(drawn(words).textContent).toBe(words.replace(/\*/g, ""));
  });

  it.each([
    ["1112 en 1130 en 4113", "a larger number"],
    ["1.112, 112.000 en 112,5", "a larger number, with signs"],
    ["4 112 of 112 000", "a larger number, with blanks"],
    ["€112, € 113 of 112 euro", "an amount"],
    ["112%, 113 % en 112 procent", "a percentage"],
    ["om 1:12, 112:30 of 112 uur", "a time"],
    ["31-11-2026 en 112-113 en 3/112", "a date or a range"],
    ["A112 en 112b", "a name"],
    ["0800-20001 en 10800-2000 en 0800-200", "another number of digits"],
    ["Je zegt: “er zijn hier 112 leerlingen, bel 113”.", "words of the leader"],
  ])("makes no link of a number in %j: %s", (words) => {
    expect(tags(words)).not.toContain("a");
  });

  it("leaves a number in an address to the address", () => {
    const links = drawn("Zie https://a.nl/112 en mail 113@a.nl, of [bel 113](https://a.nl)").querySelectorAll("a");
    expect(Array.from(links, ({ href }) => href)).toEqual(["https://a.nl/112", "mailto:113@a.nl", "https://a.nl/"]);
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b>vet</b> <style>*{display:none}</style>",
    '<p style="color:red" onclick="alert(1)">tekst</p>',
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "&lt;b&gt; &amp;",
    "<!-- weg -->",
    "# kop",
    "> quote",
    "`code`",
    "---",
    "[x]: /pad",
  ])("is not: %s", (words) => {
    expect(tags(words)).toEqual(["p"]);
    expect(drawn(words).textContent).toBe(words);
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](data:text/html,a)",
    "[x](vbscript:a)",
    "[x](http://a.nl)",
    "[x](//a.nl)",
    "[x](/pad)",
    "[x](tel:112)",
  ])("links nowhere: %s", (words) => {
    expect(tags(words)).not.toContain("a");
  });

  it("shows no picture", () => {
    expect(tags("![x](https://a.nl/a.png)")).not.toContain("img");
  });

  it("is text without its marks when it is copied", () => {
    expect(toPlain("**Dag**.\n\n- een\n- *twee*\n\nTot [ziens](https://a.nl)\nen <b>")).toBe(
      "Dag.\n- een\n- twee\nTot ziens\nen <b>",
    );
  });
});
