/** The top: what this is, how far it is, and what else can be done. */

import { html, nothing } from "lit";

import type { Progress, Turn } from "../contract.js";
import * as icons from "./icons.js";
import type { View } from "./view.js";

export function header(view: View) {
  const { conversation, heading, inline, menuOpen, on, texts } = view;
  return html`<header class="header" part="header">
      <div class="titles">
        <h2 id="heading" class="heading" part="heading">${heading}</h2>
        <p class="subheading">${texts.subheading}</p>
      </div>
      <button
        id="menu-button"
        class="icon-button"
        type="button"
        aria-label=${texts.menu}
        aria-expanded=${menuOpen}
        aria-controls="menu"
        @click=${on.toggleMenu}
      >
        ${icons.more}
      </button>
      ${menu(view)}
      ${inline
        ? nothing
        : html`<button class="icon-button" type="button" aria-label=${texts.close} @click=${on.close}>
            ${icons.close}
          </button>`}
    </header>
    ${progress(progressOf(conversation.turns), view)}`;
}

function menu({ conversation, menuOpen, on, texts }: View) {
  const { keptUntil, phase } = conversation;
  const open = phase === "open";
  const item = (label: string, act: () => void, disabled: boolean, means?: string) =>
    html`<li>
      <button class="menu-item" type="button" ?disabled=${disabled} @click=${act}>
        ${label}${means ? html`<span class="means">${means}</span>` : nothing}
      </button>
    </li>`;
  return html`<ul id="menu" class="menu" part="menu" aria-label=${texts.menu} ?hidden=${!menuOpen}>
    ${item(texts.restart, on.restart, !open)}
    ${keptUntil
      ? html`<li class="menu-note">${texts.keptUntil(new Date(keptUntil))}</li>`
      : item(texts.keep, on.keep, !open, texts.keepMeans)}
    ${item(texts.copy, on.copy, conversation.turns.length === 0)}
    ${item(texts.erase, on.askErase, !open && phase !== "failed")}
  </ul>`;
}

function progress(reached: Progress | null, { texts }: View) {
  if (!reached) return nothing;
  const { step, total } = reached;
  return html`<div class="progress" part="progress">
    <span id="progress">${texts.progress(step, total)}</span>
    <progress aria-labelledby="progress" max=${total} .value=${Math.min(step, total)}></progress>
  </div>`;
}

/** The step that the conversation is at: none before the first, once the summary is there, or after beginning again. */
export function progressOf(turns: readonly Turn[]): Progress | null {
  for (const { replies } of [...turns].reverse()) {
    for (const reply of [...replies].reverse()) {
      if (reply.type === "summary" || reply.type === "started_over") return null;
      if (reply.type === "progress") return reply;
    }
  }
  return null;
}
