/** What was said, and what waits to be said. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";

import type { Link, Reply, Summary, Turn } from "../contract.js";
import { toHtml } from "../markdown.js";
import type { Pending } from "../outbox.js";
import type { Texts } from "../texts.js";
import type { View } from "./view.js";

/** A turn, or a message on its way to be one. Both have one shape and one key, so that an answer adds only itself. */
interface Entry {
  id: string;
  said: string | null;
  at: string;
  replies: readonly Reply[];
  pending: Pending | null;
}

function entriesOf(turns: readonly Turn[], pending: readonly Pending[]): Entry[] {
  const known = new Set(turns.map(({ id }) => id));
  return [
    ...turns.map((turn) => ({ ...turn, pending: null })),
    ...pending
      .filter(({ message }) => !known.has(message.id))
      .map((one) => ({ id: one.message.id, said: one.words, at: one.at, replies: [], pending: one })),
  ];
}

export function log(view: View) {
  const { conversation, live, texts } = view;
  const entries = entriesOf(conversation.turns, conversation.pending);
  const last = entries[entries.length - 1];
  return html`<div
    id="log"
    class="log"
    part="log"
    role="log"
    tabindex="0"
    aria-label=${texts.conversation}
    aria-live=${live ? "polite" : "off"}
    aria-relevant="additions"
  >
    ${repeat(
      entries,
      ({ id }) => id,
      (entry) => turn(entry, entry === last, view),
    )}
  </div>`;
}

function turn({ said, at, replies, pending }: Entry, last: boolean, view: View) {
  const { texts } = view;
  const moment = new Date(at);
  const time = html`<time datetime=${at}>${texts.moment(moment, new Date())}</time>`;
  const first = replies.findIndex(({ type }) => type === "text");
  return html`<div class="turn">
    ${said === null
      ? nothing
      : html`<div class="message leader" part="message leader" aria-live="off">
          <span class="hidden">${texts.leaderSays}</span>
          <p class="words">${said}</p>
          <p class="meta">${time}${pending ? state(pending, view) : nothing}</p>
        </div>`}
    ${replies.map((reply, index) => drawn(reply, index === first, last, view))}
    ${said === null && replies.length ? html`<p class="meta">${time}</p>` : nothing} ${last ? choices(view) : nothing}
  </div>`;
}

function state({ message, state, detail }: Pending, { on, texts }: View) {
  switch (state) {
    case "sending":
      return nothing;
    case "waiting":
      return html`<span class="state">${texts.waiting}</span>`;
    case "failed":
      return html`<span class="state failed">${texts.notSent}</span>${detail ? html` <span>${detail}</span>` : nothing}
        <button class="small-button" type="button" @click=${on.retry}>${texts.retry}</button>`;
    case "refused":
      return html`<span class="state failed">${texts.notSent}</span> <span>${detail ?? texts.refused}</span>
        <button class="small-button" type="button" @click=${() => on.edit(message.id)}>${texts.edit}</button>`;
  }
}

function drawn(reply: Reply, first: boolean, last: boolean, { conversation, on, texts }: View) {
  switch (reply.type) {
    case "text":
      return html`<div class="message coach" part="message coach">
        ${first ? html`<span class="hidden">${texts.coachSays}</span>` : nothing}
        <div class="words">${unsafeHTML(toHtml(reply.text))}</div>
      </div>`;
    case "link":
      return html`<p class="ways">${way(reply, texts)}</p>`;
    case "summary":
      return summary(reply, texts);
    case "unreadable":
      return html`<p class="message coach unreadable">${texts.unreadable}</p>`;
    case "keep":
      return last && !conversation.keptUntil && conversation.phase === "open"
        ? html`<p class="ways">
            <button class="choice" part="choice" type="button" @click=${on.keep}>${texts.keepOffer}</button>
          </p>`
        : nothing;
    case "progress":
    case "started_over":
    case "quick_replies":
      return nothing;
  }
}

function way({ title, url }: Pick<Link, "title" | "url">, texts: Texts) {
  // A mail opens in the mail program; anything else would take the conversation's place.
  return url.startsWith("mailto:")
    ? html`<a class="way" part="link" href=${url}>${title}</a>`
    : html`<a class="way" part="link" href=${url} target="_blank" rel="noopener noreferrer"
        >${title}<span class="hidden"> (${texts.newTab})</span></a
      >`;
}

function summary({ lines, firstStep, page, calendar }: Summary, texts: Texts) {
  return html`<section class="summary" part="summary" aria-label=${texts.summary}>
    <h3>${texts.summary}</h3>
    <ul>
      ${lines.map(
        ({ title, words }) => html`<li>${title ? html`<strong>${title}</strong>` : nothing}<span>${words}</span></li>`,
      )}
    </ul>
    ${firstStep === null ? nothing : html`<p class="first-step"><strong>${texts.firstStep}</strong>${firstStep}</p>`}
    <p class="ways">
      ${way({ title: texts.page, url: page }, texts)}
      ${calendar === null ? nothing : way({ title: texts.calendar, url: calendar }, texts)}
    </p>
  </section>`;
}

function choices({ conversation, on, texts }: View) {
  const { offered } = conversation;
  if (!offered.length) return nothing;
  return html`<div class="choices" role="group" aria-label=${texts.choices}>
    ${offered.map(
      ({ choice, title }) =>
        html`<button class="choice" part="choice" type="button" @click=${() => on.choose(choice)}>${title}</button>`,
    )}
  </div>`;
}
