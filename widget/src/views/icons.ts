/** The few pictures, drawn in the colour of the text. They say nothing by themselves: every button has a label. */

import { svg, type TemplateResult } from "lit";

const icon = (path: TemplateResult) =>
  svg`<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${path}</svg>`;

export const chat = icon(svg`<path d="M4 5.5h16v11H11l-4.5 3.5v-3.5H4z"></path><path d="M8 9.5h8M8 12.5h5"></path>`);
export const close = icon(svg`<path d="M6 6l12 12M18 6L6 18"></path>`);
export const more = icon(svg`<path d="M12 5h.01M12 12h.01M12 19h.01" stroke-width="3"></path>`);
export const send = icon(svg`<path d="M12 19V5M6 11l6-6 6 6"></path>`);
