/** The languages that the widget speaks. */

import { nl } from "./texts/nl.js";

export type Texts = typeof nl;

const languages = new Map<string, Texts>([["nl", nl]]);

/** The texts in a language such as "nl" or "nl-BE"; in Dutch, the coach's own, where there are none. */
export function textsIn(language: string): Texts {
  return languages.get(language.toLowerCase().split("-")[0] ?? "") ?? nl;
}
