import { html, LitElement, nothing, type PropertyValues } from "lit";

import { Api, type ApiError } from "./api.js";
import { Conversation, type Listener } from "./conversation.js";
import { Store } from "./store.js";
import { SMALL_SCREEN, styles } from "./styles.js";
import { textsIn, type Texts } from "./texts.js";
import { transcript } from "./transcript.js";
import { excess, foot } from "./views/foot.js";
import { header } from "./views/header.js";
import * as icons from "./views/icons.js";
import { log } from "./views/log.js";
import type { Actions, View } from "./views/view.js";
import { followKeyboard } from "./viewport.js";

/** The folder that this script came from: the channel serves both. */
const scriptAddress = import.meta.url;
const ownFolder = new URL(".", scriptAddress).href;

/** Milliseconds of waiting before it is said aloud that an answer is under way. */
const SAY_BUSY_AFTER = 1000;
/** Milliseconds that something said aloud stays to be found. */
const SAID_FOR = 5000;

/** The whole address; empty, and told to who makes the page, where a browser would open no page. */
function statementAt(address: string): string {
  try {
    const url = new URL(address, document.baseURI);
    if (/^https?:$/.test(url.protocol)) return url.href;
  } catch {
    // No address at all.
  }
  // eslint-disable-next-line no-console -- A leader sees nothing of it, and it is to be mended.
  console.warn(`reflectie-coach: privacy="${address}" is left out; it takes https:, http: or a path of this website.`);
  return "";
}

/**
 * The chat with Reflectiecoach, a Dutch coaching chatbot for leaders in education, care, youth help and childcare. As a
 * launcher with a panel, or as part of a page. The conversation starts when the panel is opened first, or at once in a
 * page. Nothing is stored beyond this tab, unless the leader asks for it. An event never carries what was said.
 *
 * @tag reflectie-coach
 * @tagname reflectie-coach
 *
 * @event {CustomEvent<void>} reflectie-coach-open - The panel opened.
 * @event {CustomEvent<void>} reflectie-coach-close - The panel closed.
 * @event {CustomEvent<{by: "leader" | "coach"}>} reflectie-coach-message - Something was said; not what.
 * @event {CustomEvent<void>} reflectie-coach-erased - The conversation was erased.
 * @event {CustomEvent<{status: number, type: string}>} reflectie-coach-error - A request failed: HTTP status (0: no connection) and type of the problem.
 *
 * @cssprop [--reflectie-coach-accent=#0b5567] - Background of launcher, header and send button.
 * @cssprop [--reflectie-coach-accent-text=#fff] - Text on the accent.
 * @cssprop [--reflectie-coach-highlight=#f2a33a] - Badge and edge of summary and notices; carries dark text.
 * @cssprop [--reflectie-coach-surface=#f7f5f0] - Background of the panel.
 * @cssprop [--reflectie-coach-coach=#fff] - Background of what the coach says.
 * @cssprop [--reflectie-coach-leader=#d9ecef] - Background of what the leader says.
 * @cssprop [--reflectie-coach-text=#17272d] - Text.
 * @cssprop [--reflectie-coach-muted=#4c5e65] - Small text beside the rest.
 * @cssprop [--reflectie-coach-line=#d9d4c8] - Thin lines.
 * @cssprop [--reflectie-coach-link=#0b5567] - Links, answers to choose from, focus.
 * @cssprop [--reflectie-coach-font=system-ui] - Font family.
 * @cssprop [--reflectie-coach-radius=0.875em] - Rounding of panel and messages.
 * @cssprop [--reflectie-coach-width=26em] - Width of the panel.
 * @cssprop [--reflectie-coach-height] - Height of the panel (43em) or of the part of the page (40rem).
 * @cssprop [--reflectie-coach-offset-inline=1.25rem] - Distance of launcher and panel from the right.
 * @cssprop [--reflectie-coach-offset-block=1.25rem] - Distance of launcher and panel from the bottom.
 * @cssprop [--reflectie-coach-z-index=2147483000] - Place among what else lies over the page.
 *
 * @csspart launcher - Button that opens the panel.
 * @csspart badge - Number of unread messages on the launcher.
 * @csspart panel - The whole chat.
 * @csspart header - Its top.
 * @csspart heading - Title in the header.
 * @csspart menu - What else can be done.
 * @csspart progress - Step of the conversation.
 * @csspart log - What was said.
 * @csspart message - One message; also `coach` or `leader`.
 * @csspart coach - Message of the coach.
 * @csspart leader - Message of the leader.
 * @csspart choice - Button: an answer to choose from, or another choice.
 * @csspart link - Link of the coach or of a summary.
 * @csspart summary - Card with what the leader takes along.
 * @csspart busy - An answer is under way.
 * @csspart notice - Message about the connection or the conversation.
 * @csspart composer - Where the leader types.
 * @csspart input - Text field.
 * @csspart send - Button that sends.
 * @csspart privacy - Link to the privacy statement.
 * @csspart confirmation - Question before erasing.
 */
export class ReflectieCoach extends LitElement {
  static override styles = styles;

  static override properties = {
    api: {},
    mode: { reflect: true },
    heading: {},
    lang: {},
    theme: {},
    privacy: {},
    opened: { type: Boolean, attribute: "open", reflect: true },
  };

  /** Address of the channel. Default: the folder that the script came from. Read when a conversation starts. */
  declare api: string;
  /** `panel` (default) for a launcher and a panel over the page, `inline` for a part of the page. */
  declare mode: "panel" | "inline";
  /** Title of the chat. */
  declare heading: string;
  /** Language of the chat; there is `nl`. */
  declare lang: string;
  /** Colour scheme; `auto` (default) follows the reader's. */
  declare theme: "auto" | "light" | "dark";
  /** Address of the privacy statement: `https:`, `http:` or a path of this website. No link without it. */
  declare privacy: string;
  /** Whether the panel is open. */
  declare opened: boolean;

  #talk: Conversation | null = null;
  #shown = false;
  #menuOpen = false;
  #confirming = false;
  #remark = "";
  #aloud = "";
  #live = true;
  #unread = 0;
  #failures = 0;
  #shownDraft = "";
  #sight = "";
  #statement = "";
  #busyTimer: ReturnType<typeof setTimeout> | undefined;
  #aloudTimer: ReturnType<typeof setTimeout> | undefined;
  #unfollow = () => {};

  constructor() {
    super();
    this.api = ownFolder;
    this.mode = "panel";
    this.heading = "";
    this.theme = "auto";
    this.privacy = "";
    this.opened = false;
  }

  /** Opens the panel and goes to where the leader types. */
  async open(): Promise<void> {
    this.opened = true;
    await this.updateComplete;
    this.#find("#input")?.focus();
  }

  /** Closes the panel. The conversation goes on where it was when it is opened again. */
  async close(): Promise<void> {
    if (this.mode === "inline" || !this.opened) return;
    const hadFocus = this.shadowRoot?.activeElement;
    this.opened = false;
    this.#menuOpen = false;
    this.#confirming = false;
    await this.updateComplete;
    if (hadFocus) this.#find("#launcher")?.focus();
  }

  /** Erases the conversation on the server and here, without asking. Returns whether it is gone. */
  erase(): Promise<boolean> {
    return this.#conversation.erase();
  }

  /** Asks the coach to begin again, or begins where no conversation is open. */
  restart(): void {
    if (this.#conversation.phase === "open") this.#conversation.send(this.#texts.restartWords);
    else void this.#conversation.start();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("online", this.#onConnection);
    window.addEventListener("offline", this.#onConnection);
    window.addEventListener("focus", this.#onReturn);
    window.addEventListener("storage", this.#onStorage);
    document.addEventListener("visibilitychange", this.#onReturn);
    document.addEventListener("keydown", this.#onKeyOutside);
    document.addEventListener("click", this.#onClickAnywhere);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("online", this.#onConnection);
    window.removeEventListener("offline", this.#onConnection);
    window.removeEventListener("focus", this.#onReturn);
    window.removeEventListener("storage", this.#onStorage);
    document.removeEventListener("visibilitychange", this.#onReturn);
    document.removeEventListener("keydown", this.#onKeyOutside);
    document.removeEventListener("click", this.#onClickAnywhere);
    this.#unfollow();
  }

  protected override render() {
    const inline = this.mode === "inline";
    const texts = this.#texts;
    const scheme = this.theme === "dark" || this.theme === "light" ? this.theme : "auto";
    return html`<div class="root ${scheme}" lang=${texts.language}>
      ${inline ? nothing : this.#launcher(texts)} ${this.#shown ? this.#panel(inline, texts) : nothing}
      <p class="hidden" role="status">${this.#aloud}</p>
    </div>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("privacy")) this.#statement = this.privacy ? statementAt(this.privacy) : "";
    if (this.opened) this.#unread = 0;
    if (this.#shown || (!this.opened && this.mode !== "inline")) return;
    this.#shown = true;
    void this.#conversation.start();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("opened") && (this.opened || changed.get("opened"))) {
      this.#tell(this.opened ? "open" : "close");
    }
    if (!this.#shown) return;
    if (changed.has("opened") || changed.has("mode")) {
      this.#unfollow();
      const panel = this.#find(".floating");
      if (panel && this.opened) this.#unfollow = followKeyboard(panel);
    }
    this.#fitInput();
    this.#showNewest();
  }

  #launcher(texts: Texts) {
    const unread = this.#unread;
    return html`<button
      id="launcher"
      class="launcher"
      part="launcher"
      type="button"
      aria-haspopup="dialog"
      ?hidden=${this.opened}
      @click=${() => void this.open()}
    >
      ${icons.chat}<span>${texts.launch}</span>${unread
        ? html`<span class="badge" part="badge" aria-hidden="true">${unread}</span
            ><span class="hidden">, ${texts.unread(unread)}</span>`
        : nothing}
    </button>`;
  }

  #panel(inline: boolean, texts: Texts) {
    const view: View = {
      conversation: this.#conversation,
      texts,
      heading: this.heading || texts.heading,
      statement: this.#statement,
      inline,
      menuOpen: this.#menuOpen,
      confirming: this.#confirming,
      remark: this.#remark,
      live: this.#live,
      on: this.#actions,
    };
    return html`<section
      class=${inline ? "panel" : "panel floating"}
      part="panel"
      role=${inline ? "region" : "dialog"}
      aria-labelledby="heading"
      ?hidden=${!inline && !this.opened}
      @keydown=${this.#onKey}
    >
      ${header(view)} ${log(view)} ${foot(view)}
    </section>`;
  }

  get #texts(): Texts {
    return textsIn(this.lang || "nl");
  }

  get #conversation(): Conversation {
    if (!this.#talk) {
      const api = new Api(new URL(this.api, document.baseURI).href);
      this.#talk = new Conversation(api, new Store(api.address), this.#listener);
    }
    return this.#talk;
  }

  readonly #listener: Listener = {
    changed: () => this.#onChange(),
    said: (by) => {
      if (by === "coach" && !this.opened && this.mode !== "inline") {
        this.#unread += 1;
        this.#say(this.#texts.unread(this.#unread));
      }
      this.#remark = "";
      this.#tell("message", { by });
    },
    erased: () => {
      this.#confirming = false;
      this.#tell("erased");
    },
    failed: ({ status, type }: ApiError) => this.#tell("error", { status, type }),
  };

  readonly #actions: Actions = {
    close: () => void this.close(),
    toggleMenu: () => this.#showMenu(!this.#menuOpen),
    restart: () => {
      this.#leaveMenu();
      this.restart();
    },
    keep: () => {
      this.#leaveMenu();
      void this.#conversation.keep();
    },
    copy: () => {
      this.#leaveMenu();
      void this.#copy();
    },
    askErase: () => {
      this.#menuOpen = false;
      void this.#confirm(true);
    },
    eraseAnyway: () => void this.#eraseAnyway(),
    eraseNot: () => void this.#confirm(false),
    begin: () => {
      void this.#conversation.start();
      this.#find("#input")?.focus();
    },
    choose: (choice) => {
      this.#conversation.choose(choice);
      this.#leaveChoice();
    },
    retry: () => {
      this.#conversation.retry();
      this.#leaveChoice();
    },
    edit: (id) => {
      this.#conversation.edit(id);
      this.#find("#input")?.focus();
    },
    type: (event) => this.#conversation.setDraft((event.target as HTMLTextAreaElement).value),
    press: (event) => {
      // While a word is being composed, Enter chooses it; 229 is what Safari says of that.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    },
    submit: (event) => {
      event.preventDefault();
      this.#submit();
      this.#find("#input")?.focus();
    },
  };

  #submit(): void {
    const { draft } = this.#conversation;
    const over = excess(draft);
    if (over > 0) {
      this.#say(this.#texts.tooLong(over));
    } else if (draft.trim()) {
      this.#conversation.setDraft("");
      this.#conversation.send(draft);
    }
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(transcript(this.#conversation.turns, this.#texts));
      this.#remark = this.#texts.copied;
    } catch {
      this.#remark = this.#texts.copyFailed;
    }
    this.requestUpdate();
  }

  async #confirm(asked: boolean): Promise<void> {
    this.#confirming = asked;
    this.requestUpdate();
    await this.updateComplete;
    this.#find(asked ? "#erase-not" : "#menu-button")?.focus();
  }

  async #eraseAnyway(): Promise<void> {
    const erased = await this.#conversation.erase();
    await this.#confirm(false);
    if (erased) this.#find("#begin")?.focus();
  }

  #showMenu(open: boolean): void {
    this.#menuOpen = open;
    this.requestUpdate();
  }

  #leaveMenu(): void {
    if (!this.#menuOpen) return;
    this.#showMenu(false);
    this.#find("#menu-button")?.focus();
  }

  /** A button that was pressed is gone. On a phone the input would bring up the keyboard, over the answer. */
  #leaveChoice(): void {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    this.#find(touch ? "#log" : "#input")?.focus();
  }

  #onChange(): void {
    const { busy, pending, phase, turns } = this.#conversation;
    if (phase === "starting" && !turns.length) this.#live = false;
    // What was said before is not read aloud: a history is drawn first, and what comes after it is news.
    if (phase === "open" && !this.#live) {
      this.#live = turns.every(({ said }) => said === null);
      if (!this.#live) setTimeout(() => this.#goLive());
    }
    if (!busy) {
      clearTimeout(this.#busyTimer);
      this.#busyTimer = undefined;
    } else {
      this.#busyTimer ??= setTimeout(() => this.#say(this.#texts.busy), SAY_BUSY_AFTER);
    }
    const failures = pending.filter(({ state }) => state === "failed" || state === "refused").length;
    if (failures > this.#failures) this.#say(this.#texts.notSent);
    this.#failures = failures;
    this.requestUpdate();
  }

  async #goLive(): Promise<void> {
    await this.updateComplete;
    this.#live = true;
    this.requestUpdate();
  }

  /** Has a screen reader say something; the same words again are said again. */
  #say(words: string): void {
    clearTimeout(this.#aloudTimer);
    this.#aloud = this.#aloud === words ? `${words}\u00a0` : words;
    this.#aloudTimer = setTimeout(() => {
      this.#aloud = "";
      this.requestUpdate();
    }, SAID_FOR);
    this.requestUpdate();
  }

  #tell(name: string, detail?: object): void {
    this.dispatchEvent(new CustomEvent(`reflectie-coach-${name}`, { bubbles: true, composed: true, detail }));
  }

  #find(selector: string): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(selector);
  }

  /** The field grows with what is typed. */
  #fitInput(): void {
    const { draft } = this.#conversation;
    const input = this.#find("#input");
    if (!input || draft === this.#shownDraft) return;
    this.#shownDraft = draft;
    input.style.height = "auto";
    if (draft) input.style.height = `${input.scrollHeight + 2}px`;
  }

  /**
   * Shows the newest turn: its end, or its beginning where it is longer than what is in sight. Only when there is
   * something new, or less room for it: who reads back is left where they are.
   */
  #showNewest(): void {
    const { notice, offered, pending, turns, waitsFor } = this.#conversation;
    const newestId = turns[turns.length - 1]?.id;
    const sight = [
      ...[turns.length, newestId, offered.length, pending.map(({ state }) => state)],
      ...[notice?.code, waitsFor, this.#remark, this.#confirming, this.opened],
    ].join();
    if (sight === this.#sight) return;
    this.#sight = sight;
    const list = this.#find("#log");
    const newest = list?.lastElementChild;
    if (list && newest instanceof HTMLElement) list.scrollTop = newest.offsetTop - 16;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (this.#menuOpen) this.#leaveMenu();
    else if (this.#confirming) void this.#confirm(false);
    else if (this.mode !== "inline") void this.close();
    else return;
    // A dialog of the page around it is not to close with it.
    event.stopPropagation();
  };

  /** A panel that fills the screen hides where the focus went; Escape shows it. */
  readonly #onKeyOutside = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.defaultPrevented && window.matchMedia(SMALL_SCREEN).matches) void this.close();
  };

  readonly #onClickAnywhere = (event: MouseEvent): void => {
    if (!this.#menuOpen) return;
    const within = event.composedPath();
    const inMenu = ["#menu", "#menu-button"].some((part) => within.includes(this.#find(part) as EventTarget));
    if (!inMenu) this.#showMenu(false);
  };

  readonly #onConnection = (event: Event): void => this.#talk?.connectionChanged(event.type === "online");

  readonly #onReturn = (): void => {
    if (document.visibilityState === "visible") void this.#talk?.refresh();
  };

  readonly #onStorage = (event: StorageEvent): void => this.#talk?.storageChanged(event);
}
