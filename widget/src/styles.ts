/**
 * How it looks. The page around it has no say, except by the custom properties that the element documents. Sizes are in
 * `em` of the reader's own text size, which is the browser's and not the page's.
 */

import { css } from "lit";

const light = css`
  color-scheme: light;
  --accent: var(--reflectie-coach-accent, #0b5567);
  --accent-text: var(--reflectie-coach-accent-text, #fff);
  --highlight: var(--reflectie-coach-highlight, #f2a33a);
  --highlight-text: #33200a;
  --surface: var(--reflectie-coach-surface, #f7f5f0);
  --coach: var(--reflectie-coach-coach, #fff);
  --leader: var(--reflectie-coach-leader, #d9ecef);
  --text: var(--reflectie-coach-text, #17272d);
  --muted: var(--reflectie-coach-muted, #4c5e65);
  --line: var(--reflectie-coach-line, #d9d4c8);
  --edge: #78888e;
  --link: var(--reflectie-coach-link, #0b5567);
  --danger: #a3211b;
  --notice: #fdf0d9;
`;

const dark = css`
  color-scheme: dark;
  --accent: var(--reflectie-coach-accent, #0d4756);
  --accent-text: var(--reflectie-coach-accent-text, #fff);
  --surface: var(--reflectie-coach-surface, #11191c);
  --coach: var(--reflectie-coach-coach, #1c272b);
  --leader: var(--reflectie-coach-leader, #1d4550);
  --text: var(--reflectie-coach-text, #eef3f4);
  --muted: var(--reflectie-coach-muted, #a9b9be);
  --line: var(--reflectie-coach-line, #33434a);
  --edge: #7f9198;
  --link: var(--reflectie-coach-link, #8ad0df);
  --danger: #ff9b93;
  --notice: #3a2f1b;
`;

/** The panel takes the whole screen where little of it would be left: a phone, or a large zoom. */
export const SMALL_SCREEN = "(max-width: 30em), (max-height: 30em)";

const frame = css`
  :host {
    display: block !important;
    visibility: visible !important;
    opacity: 1 !important;
    filter: none !important;
    transform: none !important;
    float: none !important;
    pointer-events: auto !important;
    box-sizing: border-box;
    block-size: var(--reflectie-coach-height, 40rem);
    min-block-size: 20rem;
    max-inline-size: 100%;
  }
  :host(:not([mode="inline"])) {
    position: fixed !important;
    inset: auto 0 0 auto !important;
    inline-size: 0 !important;
    block-size: 0 !important;
    min-block-size: 0 !important;
    margin: 0 !important;
    border: 0 !important;
    padding: 0 !important;
    overflow: visible !important;
    contain: none !important;
    z-index: var(--reflectie-coach-z-index, 2147483000) !important;
  }
  :host([hidden]) {
    display: none !important;
  }
  .root {
    all: initial;
    ${light}
    --radius: var(--reflectie-coach-radius, 0.875em);
    --offset-inline: max(var(--reflectie-coach-offset-inline, 1.25rem), env(safe-area-inset-right));
    --offset-block: max(var(--reflectie-coach-offset-block, 1.25rem), env(safe-area-inset-bottom));
    display: block;
    direction: ltr;
    box-sizing: border-box;
    block-size: 100%;
    font-family: var(
      --reflectie-coach-font,
      system-ui,
      -apple-system,
      "Segoe UI",
      Roboto,
      "Noto Sans",
      "Helvetica Neue",
      Arial,
      sans-serif
    );
    font-size: medium;
    line-height: 1.5;
    color: var(--text);
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
  }
  @media (prefers-color-scheme: dark) {
    .root:not(.light) {
      ${dark}
    }
  }
  .root.dark {
    ${dark}
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }
  button,
  textarea {
    font: inherit;
    letter-spacing: inherit;
    word-spacing: inherit;
    color: inherit;
    margin: 0;
  }
  button {
    cursor: pointer;
    border: 1px solid transparent;
    background: none;
    touch-action: manipulation;
  }
  :focus-visible {
    outline: 3px solid var(--link);
    outline-offset: 2px;
  }
`;

const launcher = css`
  .launcher {
    position: fixed;
    inset-inline-end: var(--offset-inline);
    inset-block-end: var(--offset-block);
    display: inline-flex;
    align-items: center;
    gap: 0.625em;
    min-block-size: 3.5em;
    max-inline-size: calc(100vw - 2 * var(--offset-inline));
    padding: 0.5em 1.375em 0.5em 1.125em;
    border-radius: 1.75em;
    background: var(--accent);
    color: var(--accent-text);
    font-weight: 600;
    box-shadow:
      0 0 0 1px rgb(255 255 255 / 0.35),
      0 0.25em 1.25em rgb(0 25 35 / 0.28);
  }
  .launcher svg {
    flex: none;
  }
  .badge {
    display: inline-grid;
    place-items: center;
    min-inline-size: 1.5em;
    block-size: 1.5em;
    padding-inline: 0.375em;
    border: 1px solid transparent;
    border-radius: 0.75em;
    background: var(--highlight);
    color: var(--highlight-text);
    font-size: 0.875em;
    line-height: 1;
  }
  .launcher:hover,
  .send:hover {
    filter: brightness(1.12);
  }
`;

const panel = css`
  .panel {
    position: relative;
    display: flex;
    flex-direction: column;
    block-size: 100%;
    overflow: hidden auto;
    overscroll-behavior: contain;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
  }
  .panel.floating {
    position: fixed;
    inset-inline-end: var(--offset-inline);
    inset-block-end: var(--offset-block);
    inline-size: min(var(--reflectie-coach-width, 26em), calc(100vw - 2 * var(--offset-inline)));
    block-size: min(var(--reflectie-coach-height, 43em), calc(100vh - 2 * var(--offset-block)));
    box-shadow: 0 0.5em 2.5em rgb(0 25 35 / 0.26);
  }
  @supports (block-size: 100dvh) {
    .panel.floating {
      block-size: min(var(--reflectie-coach-height, 43em), calc(100dvh - 2 * var(--offset-block)));
    }
  }
  .header {
    flex: none;
    display: flex;
    align-items: center;
    gap: 0.25em;
    padding: 0.75em 0.75em 0.75em 1.25em;
    background: var(--accent);
    color: var(--accent-text);
  }
  .header :focus-visible {
    outline-color: var(--accent-text);
    outline-offset: -2px;
  }
  .titles {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .heading {
    font-size: 1.125em;
    font-weight: 700;
    line-height: 1.3;
  }
  .subheading {
    font-size: 0.875em;
    line-height: 1.4;
  }
  .icon-button {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 2.75em;
    block-size: 2.75em;
    padding: 0;
    border-radius: 50%;
  }
  .icon-button:hover,
  .icon-button[aria-expanded="true"] {
    background: rgb(255 255 255 / 0.16);
  }
  .menu {
    position: absolute;
    z-index: 1;
    inset-block-start: 4em;
    inset-inline-end: 0.75em;
    inline-size: min(20em, calc(100% - 1.5em));
    max-block-size: calc(100% - 4.75em);
    overflow: auto;
    padding: 0.375em;
    list-style: none;
    border: 1px solid var(--line);
    border-radius: 0.75em;
    background: var(--coach);
    color: var(--text);
    box-shadow: 0 0.5em 1.5em rgb(0 25 35 / 0.22);
  }
  .menu-item,
  .menu-note {
    display: block;
    inline-size: 100%;
    min-block-size: 2.75em;
    padding: 0.625em 0.875em;
    border-radius: 0.5em;
    text-align: start;
  }
  .menu-item:hover:enabled {
    background: var(--leader);
  }
  .menu-item:disabled {
    color: var(--muted);
    cursor: default;
  }
  .header .menu :focus-visible {
    outline-color: var(--link);
    outline-offset: -3px;
  }
  .means,
  .menu-note {
    font-size: 0.875em;
    color: var(--muted);
  }
  .means {
    display: block;
  }
  .progress {
    flex: none;
    display: flex;
    align-items: center;
    gap: 0.875em;
    padding: 0.5em 1.25em;
    border-block-end: 1px solid var(--line);
    font-size: 0.875em;
    font-weight: 600;
  }
  .progress span {
    flex: none;
  }
  progress {
    appearance: none;
    flex: 1;
    min-inline-size: 2em;
    block-size: 0.5em;
    overflow: hidden;
    border: 1px solid var(--edge);
    border-radius: 0.25em;
    background: transparent;
    color: var(--link);
  }
  progress::-webkit-progress-bar {
    background: transparent;
  }
  progress::-webkit-progress-value {
    background: var(--link);
  }
  progress::-moz-progress-bar {
    background: var(--link);
  }
`;

const conversation = css`
  .log {
    position: relative;
    flex: 1 0 7em;
    block-size: 0;
    padding: 1.25em;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .log:focus-visible {
    outline-offset: -3px;
  }
  .turn {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 0.5em;
  }
  .turn + .turn {
    margin-block-start: 1.25em;
  }
  .message {
    max-inline-size: min(92%, 38em);
    padding: 0.75em 1em;
    border: 1px solid transparent;
    border-radius: var(--radius);
    overflow-wrap: anywhere;
  }
  .coach {
    border-color: var(--line);
    border-start-start-radius: 0.25em;
    background: var(--coach);
  }
  .leader {
    align-self: flex-end;
    max-inline-size: min(86%, 34em);
    margin-block-end: 0.25em;
    border-start-end-radius: 0.25em;
    background: var(--leader);
  }
  .leader .words {
    white-space: pre-wrap;
  }
  .words > * + * {
    margin-block-start: 0.625em;
  }
  .words ul,
  .words ol {
    padding-inline-start: 1.375em;
  }
  .words li + li {
    margin-block-start: 0.25em;
  }
  a {
    color: var(--link);
    text-underline-offset: 0.15em;
  }
  .words a {
    padding-block: 0.1875em;
  }
  .meta {
    font-size: 0.8125em;
    color: var(--muted);
  }
  .leader .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 0.125em 0.75em;
    margin-block-start: 0.25em;
    color: var(--text);
  }
  .failed,
  .over {
    font-weight: 700;
    color: var(--danger);
  }
  .small-button {
    min-block-size: 1.875em;
    padding: 0.125em 0.75em;
    border-color: currentColor;
    border-radius: 1em;
    background: var(--coach);
    font-weight: 600;
  }
  .choices,
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
  }
  .turn > .choices {
    margin-block-start: 0.5em;
  }
  .choice,
  .way {
    display: inline-flex;
    align-items: center;
    min-block-size: 2.5em;
    padding: 0.375em 1em;
    border: 1px solid var(--link);
    border-radius: 1.375em;
    background: var(--coach);
    color: var(--link);
    font-weight: 600;
    line-height: 1.35;
    text-align: start;
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  .choice:hover,
  .way:hover,
  .small-button:hover {
    text-decoration: underline;
    background: var(--leader);
  }
  .choice.danger {
    border-color: var(--danger);
    color: var(--danger);
  }
  .summary {
    align-self: stretch;
    padding: 1.125em 1.25em 1.25em;
    border: 1px solid var(--line);
    border-block-start: 0.3125em solid var(--highlight);
    border-radius: var(--radius);
    background: var(--coach);
    overflow-wrap: anywhere;
  }
  h3 {
    font-size: 1.0625em;
    font-weight: 700;
    line-height: 1.35;
  }
  .summary ul {
    margin-block: 0.75em;
    list-style: none;
  }
  .summary li {
    padding-block: 0.5em;
    border-block-end: 1px solid var(--line);
  }
  .summary strong {
    display: block;
    font-size: 0.875em;
    font-weight: 600;
    color: var(--muted);
  }
  .first-step {
    margin-block-end: 1em;
  }
`;

const foot = css`
  .under-way {
    flex: none;
    display: flex;
    align-items: center;
    gap: 0.625em;
    padding: 0 1.25em 0.625em;
    font-size: 0.875em;
    color: var(--muted);
    animation: appear 0.3s 0.4s both;
  }
  .dot {
    flex: none;
    inline-size: 1em;
    block-size: 1em;
    border: 2px solid var(--line);
    border-block-start-color: var(--link);
    border-radius: 50%;
    animation: turn 1s linear infinite;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .under-way,
    .dot {
      animation: none;
    }
  }
  .notices {
    flex: none;
    padding-inline: 1.25em;
  }
  .notice:first-child {
    margin-block-start: 0.75em;
  }
  .notices .choice {
    margin-block-end: 0.75em;
  }
  .notice {
    margin-block-end: 0.75em;
    padding: 0.625em 0.875em;
    border: 1px solid transparent;
    border-inline-start: 0.25em solid var(--highlight);
    border-radius: 0.375em;
    background: var(--notice);
    font-size: 0.9375em;
  }
  .composer {
    flex: none;
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: 0.5em;
    padding: 0.75em;
    padding-block-end: max(0.75em, env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--line);
    background: var(--coach);
  }
  .input {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 2.75em;
    max-block-size: min(11em, 35vh);
    padding: 0.5625em 0.875em;
    border: 1px solid var(--edge);
    border-radius: 1.25em;
    background: var(--surface);
    overflow-y: auto;
    resize: none;
  }
  .input:focus-visible {
    outline-offset: 0;
  }
  .input::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  .input[aria-invalid="true"] {
    border-color: var(--danger);
  }
  .send {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 2.75em;
    block-size: 2.75em;
    padding: 0;
    border-radius: 50%;
    background: var(--accent);
    color: var(--accent-text);
  }
  .count,
  .privacy {
    flex-basis: 100%;
    padding-inline: 0.875em;
    font-size: 0.875em;
    color: var(--muted);
  }
  .count.over {
    color: var(--danger);
  }
  .count:empty {
    display: none;
  }
  .privacy a {
    padding-block: 0.5em;
  }
  .confirmation {
    flex: none;
    padding: 1.125em 1.25em;
    padding-block-end: max(1.125em, env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--line);
    background: var(--coach);
  }
  .confirmation p {
    margin-block: 0.375em 0.875em;
  }
`;

const circumstances = css`
  @media (max-width: 30em), (max-height: 30em) {
    .panel.floating {
      inset: var(--viewport-top, 0) 0 auto 0;
      inline-size: 100%;
      block-size: var(--viewport-height, 100vh);
      padding-inline: env(safe-area-inset-left) env(safe-area-inset-right);
      border: 0;
      border-radius: 0;
    }
    @supports (block-size: 100dvh) {
      .panel.floating {
        block-size: var(--viewport-height, 100dvh);
      }
    }
    .floating .header {
      padding-block-start: max(0.75em, env(safe-area-inset-top));
    }
  }
  @media (max-width: 22em) {
    .log {
      padding: 1em;
    }
    .message {
      max-inline-size: 100%;
    }
  }
  @media (max-height: 26em) {
    .header,
    .floating .header,
    .composer {
      padding-block: 0.25em;
    }
    .subheading {
      display: none;
    }
    .privacy {
      flex-basis: auto;
      align-self: center;
    }
    .menu {
      /* Down to the edge, so that no sliver of what is below can be hit. */
      inset-block: 3.25em 0;
      max-block-size: none;
    }
  }
  @media (max-height: 15em) {
    .log {
      flex-basis: 4.5em;
    }
    .progress {
      padding-block: 0.125em;
    }
  }
  @media (pointer: coarse) {
    .small-button,
    .choice,
    .way {
      min-block-size: 44px;
    }
    .words a {
      padding-block: 0.8125em;
    }
    .privacy a {
      padding-block: 0.75em;
    }
  }
  @media (forced-colors: active) {
    .launcher,
    .send,
    .icon-button,
    .menu-item:focus-visible {
      border-color: ButtonBorder;
    }
    .header {
      border-block-end: 1px solid CanvasText;
    }
    .message,
    .notice,
    .badge {
      border-color: CanvasText;
    }
    :focus-visible,
    .header :focus-visible,
    .header .menu :focus-visible {
      outline-color: Highlight;
    }
    progress::-webkit-progress-value {
      forced-color-adjust: none;
      background: Highlight;
    }
    progress::-moz-progress-bar {
      forced-color-adjust: none;
      background: Highlight;
    }
  }
`;

export const styles = [frame, launcher, panel, conversation, foot, circumstances];
