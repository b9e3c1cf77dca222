/** The bottom: what goes wrong or is under way, where to type, and the question before erasing. */

import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";

import type { Notice } from "../conversation.js";
import type { Texts } from "../texts.js";
import * as icons from "./icons.js";
import type { View } from "./view.js";

/** The most that a message can have; the channel counts characters as a reader does, not as JavaScript. */
const MOST_CHARACTERS = 2000;
/** From so many characters before the limit it is told how many are left. */
const NEAR = 200;

/** Characters beyond the limit; negative where some are left. */
export function excess(words: string): number {
  return Array.from(words.trim()).length - MOST_CHARACTERS;
}

export function foot(view: View) {
  return html`${notices(view)} ${view.confirming ? confirmation(view) : composer(view)}`;
}

function noticeText({ code, detail }: Notice, draft: string, texts: Texts): string {
  switch (code) {
    case "gone":
      return draft ? `${texts.gone} ${texts.wordsStay}` : texts.gone;
    case "choice-gone":
      return detail ?? texts.choiceGone;
    case "kept":
      return texts.kept;
    case "keep-failed":
      return detail ?? texts.keepFailed;
    case "erase-failed":
      return detail ?? texts.eraseFailed;
    case "start-failed":
      return detail ?? texts.noAnswer;
  }
}

function notices({ conversation, on, remark, texts }: View) {
  const { busy, draft, notice, phase, turns, waitsFor } = conversation;
  const words = [
    waitsFor === "connection" ? texts.noConnection : waitsFor === "server" ? texts.crowded : "",
    notice ? noticeText(notice, draft, texts) : "",
    phase === "erased" && turns.length === 0 ? texts.erased : "",
    remark,
  ].filter(Boolean);
  return html`<div class="under-way" part="busy" ?hidden=${!busy}>
      <span class="dot" aria-hidden="true"></span>${texts.busy}
    </div>
    <div class="notices">
      <div role="status">${words.map((text) => html`<p class="notice" part="notice">${text}</p>`)}</div>
      ${phase === "failed"
        ? html`<button class="choice" part="choice" type="button" @click=${on.retry}>${texts.retry}</button>`
        : nothing}
      ${phase === "erased"
        ? html`<button id="begin" class="choice" part="choice" type="button" @click=${on.begin}>${texts.begin}</button>`
        : nothing}
    </div>`;
}

function composer({ conversation, on, statement, texts }: View) {
  const { draft } = conversation;
  const over = excess(draft);
  const told = over > 0 ? texts.tooLong(over) : over >= -NEAR ? texts.charactersLeft(-over) : "";
  return html`<form class="composer" part="composer" novalidate @submit=${on.submit}>
    <label class="hidden" for="input">${texts.input}</label>
    <textarea
      id="input"
      class="input"
      part="input"
      rows="1"
      enterkeyhint="send"
      placeholder=${texts.placeholder}
      aria-describedby="count"
      aria-invalid=${over > 0}
      .value=${live(draft)}
      @input=${on.type}
      @keydown=${on.press}
    ></textarea>
    <button class="send" part="send" type="submit" aria-label=${texts.send}>${icons.send}</button>
    <p id="count" class=${over > 0 ? "count over" : "count"}>${told}</p>
    ${statement
      ? html`<p class="privacy">
          <a part="privacy" href=${statement} target="_blank" rel="noopener noreferrer"
            >${texts.privacy}<span class="hidden"> (${texts.newTab})</span></a
          >
        </p>`
      : nothing}
  </form>`;
}

function confirmation({ on, texts }: View) {
  return html`<div
    class="confirmation"
    part="confirmation"
    role="alertdialog"
    aria-labelledby="question"
    aria-describedby="meaning"
  >
    <h3 id="question">${texts.eraseQuestion}</h3>
    <p id="meaning">${texts.eraseMeans}</p>
    <div class="choices">
      <button id="erase-not" class="choice" part="choice" type="button" @click=${on.eraseNot}>${texts.eraseNo}</button>
      <button class="choice danger" part="choice" type="button" @click=${on.eraseAnyway}>${texts.eraseYes}</button>
    </div>
  </div>`;
}
