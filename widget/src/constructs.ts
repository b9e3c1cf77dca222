/**
 * The Markdown that the coach uses: lists, emphasis, links. The build puts this in the place of micromark's list of all
 * constructs, so that what is not Markdown here stays text and takes no room: HTML, headings, quotes, code, pictures.
 */

import {
  attention,
  characterEscape,
  hardBreakEscape,
  labelEnd,
  labelStartLink,
  lineEnding,
  list,
} from "micromark-core-commonmark";
import type { Extension } from "micromark-util-types";

const code = (sign: string) => sign.charCodeAt(0);

export const document: Extension["document"] = Object.fromEntries(
  Array.from("*-+0123456789", (sign) => [code(sign), list]),
);
export const contentInitial: Extension["contentInitial"] = {};
export const flowInitial: Extension["flowInitial"] = {};
export const flow: Extension["flow"] = {};
export const string: Extension["string"] = { [code("\\")]: characterEscape };
export const text: Extension["text"] = {
  // The ends of a line, by micromark's own numbers.
  [-5]: lineEnding,
  [-4]: lineEnding,
  [-3]: lineEnding,
  [code("*")]: attention,
  [code("_")]: attention,
  [code("[")]: labelStartLink,
  [code("]")]: labelEnd,
  [code("\\")]: [hardBreakEscape, characterEscape],
};
export const insideSpan: Extension["insideSpan"] = { null: [attention] };
export const attentionMarkers: Extension["attentionMarkers"] = { null: [code("*"), code("_")] };
export const disable: Extension["disable"] = { null: [] };
