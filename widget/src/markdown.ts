/**
 * The coach's Markdown as safe HTML. Only what the coach uses is Markdown here: paragraphs, lists, emphasis and links.
 * Everything else stays the text that it is, also HTML: the coach repeats words of the leader, which no tag may hide.
 */

import createDOMPurify from "dompurify";
import { parse, postprocess, preprocess } from "micromark";

const purifier = createDOMPurify(window);

/** Addresses that stand in the text as they are: of a page, or of somebody. */
const ADDRESS = /(?:https:\/\/|www\.)[^\s<>"“”]*[^\s<>"“”.,:;!?)]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b113\.nl\b/g;
/** Dutch numbers to call for help, without anything behind them that makes them an amount, a time or part of more. */
const NUMBER = /(?:11[23]|0[89]00-(?:\d{3} ?\d\d ?\d\d|\d{4}))(?![\w%]|[.,:/-]\w| (?:\d|%|procent|euro|uur))/g;
/** What makes them that in front of them, or a quote of the leader. Apart, as Safari before 16.4 cannot look behind. */
const NO_NUMBER_AFTER = /(?:[\w.,:/+€-]|[\d€] |“[^”]*)$/;

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
  linkFound(text, ADDRESS, (address) => {
    if (address.startsWith("https:")) return address;
    if (/^(?:www\.|113\.nl$)/.test(address)) return `https://www.${address.replace(/^www\./, "")}`;
    return `mailto:${address}`;
  });
  linkFound(text, NUMBER, (number, before) =>
    NO_NUMBER_AFTER.test(before) ? null : `tel:${number.replace(/\D/g, "")}`,
  );
  for (const link of text.querySelectorAll("a")) {
    if (!link.href) link.replaceWith(...link.childNodes);
    link.rel = "noopener noreferrer";
    // A mail or a call opens in its own program; a page would take the conversation's place.
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

/** Makes links of what is found in the text, and is none yet, to where `target` says; null leaves it as it is. */
function linkFound(text: HTMLElement, pattern: RegExp, target: (found: string, before: string) => string | null): void {
  const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const words: Text[] = [];
  while (nodes.nextNode()) words.push(nodes.currentNode as Text);
  for (const word of words) {
    if (word.parentElement?.closest("a")) continue;
    for (const { 0: found, index } of [...word.data.matchAll(pattern)].reverse()) {
      const href = target(found, word.data.slice(0, index));
      if (href === null) continue;
      const link = document.createElement("a");
      link.href = href;
      link.textContent = found;
      const place = word.splitText(index);
      place.splitText(found.length);
      place.replaceWith(link);
    }
  }
}
