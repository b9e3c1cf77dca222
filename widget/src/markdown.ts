/**
 * The coach's Markdown as safe HTML. Only what the coach uses is Markdown here: paragraphs, lists, emphasis and links.
 * Everything else stays the text that it is, also HTML: the coach repeats words of the leader, which no tag may hide.
 */

import createDOMPurify from "dompurify";
import { parse, postprocess, preprocess } from "micromark";

const purifier = createDOMPurify(window);

/** Addresses that stand in the text as they are: of a page, or of somebody. */
const ADDRESS = /(?:https:\/\/|www\.)[^\s<>"“”]*[^\s<>"“”.,:;!?)]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

const rendered = new Map<string, string>();
/** More than a long conversation has. */
const MOST_RENDERED = 500;

/** Safe HTML of Markdown; the same text is worked out once. */
export function toHtml(source: string): string {
  let html = rendered.get(source);
  if (html === undefined) {
    html = render(source).innerHTML;
    if (rendered.size >= MOST_RENDERED) rendered.clear();
    rendered.set(source, html);
  }
  return html;
}

/** The words of Markdown, without its marks. */
export function toPlain(source: string): string {
  const text = render(source);
  for (const item of text.querySelectorAll("li")) item.prepend("- ");
  for (const line of text.querySelectorAll("br")) line.replaceWith("\n");
  for (const block of text.querySelectorAll("p, li")) block.append("\n");
  return text.textContent.replace(/\n+/g, "\n").trim();
}

function render(source: string): HTMLElement {
  const text = document.createElement("div");
  // Without the DOM that it needs, DOMPurify gives back what it got: then there are no marks.
  if (!purifier.isSupported) {
    text.textContent = source;
    return text;
  }
  text.append(
    purifier.sanitize(build(source).innerHTML, {
      ALLOWED_TAGS: ["p", "br", "strong", "em", "ul", "ol", "li", "a"],
      ALLOWED_ATTR: ["href"],
      ALLOWED_URI_REGEXP: /^(?:https:|mailto:)/i,
      ALLOW_ARIA_ATTR: false,
      ALLOW_DATA_ATTR: false,
      RETURN_DOM_FRAGMENT: true,
    }),
  );
  linkAddresses(text);
  for (const link of text.querySelectorAll("a")) {
    if (!link.href) link.replaceWith(...link.childNodes);
    link.rel = "noopener noreferrer";
    // A mail opens in the mail program; anything else would take the conversation's place.
    if (link.protocol === "https:") link.target = "_blank";
  }
  return text;
}

/** Elements of Markdown, from what micromark reads in it. */
function build(source: string): HTMLElement {
  const root = document.createElement("div");
  let at: HTMLElement = root;
  let inParagraph = false;
  let inAddress = false;
  const enter = (tag: string) => {
    at = at.appendChild(document.createElement(tag));
  };
  const leave = (tag: string) => {
    if (at.localName === tag && at.parentElement) at = at.parentElement;
  };
  const read = parse().document().write(preprocess()(source, undefined, true));
  for (const [kind, token, context] of postprocess(read)) {
    const step = kind === "enter" ? enter : leave;
    switch (token.type) {
      case "listOrdered":
      case "listUnordered":
        if (kind === "exit") leave("li");
        step(token.type === "listOrdered" ? "ol" : "ul");
        break;
      case "listItemPrefix":
        // An item has a beginning in what is read, and ends where the next one or the list does.
        if (kind === "enter") {
          leave("li");
          enter("li");
        }
        break;
      case "paragraph":
        inParagraph = kind === "enter";
        step("p");
        break;
      case "emphasis":
        step("em");
        break;
      case "strong":
        step("strong");
        break;
      case "link":
        step("a");
        break;
      case "resource":
        inAddress = kind === "enter";
        break;
      case "resourceDestinationString":
        at.setAttribute("href", context.sliceSerialize(token));
        break;
      case "data":
      case "characterEscapeValue":
        if (kind === "exit" && !inAddress) at.append(context.sliceSerialize(token));
        break;
      case "lineEnding":
        if (kind === "exit" && inParagraph && !inAddress) at.append(document.createElement("br"));
        break;
    }
  }
  return root;
}

function linkAddresses(text: HTMLElement): void {
  const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const words: Text[] = [];
  while (nodes.nextNode()) words.push(nodes.currentNode as Text);
  for (const word of words) {
    if (word.parentElement?.closest("a")) continue;
    for (const { 0: address, index } of [...word.data.matchAll(ADDRESS)].reverse()) {
      const link = document.createElement("a");
      const scheme = address.startsWith("www.") ? "https://" : address.includes("://") ? "" : "mailto:";
      link.href = scheme + address;
      link.textContent = address;
      const found = word.splitText(index);
      found.splitText(address.length);
      found.replaceWith(link);
    }
  }
}
