/**
 * What the browser remembers: the token of the conversation, and words that were not sent yet. Of this tab alone, unless
 * the leader asked to go on later on this device. No cookies.
 */

import type { Message } from "./api.js";

/** Access to a conversation; `renewAt` in milliseconds is when the token deserves a younger one. */
export interface Access {
  token: string;
  expiresAt: string;
  kept: boolean;
  renewAt: number;
  /** Id of the last turn: a change tells other tabs of the same conversation that there is more to read. */
  last: string;
}

/** A message that has no answer yet. */
export interface Unsent {
  message: Message;
  /** The words on the screen: what was typed, or the title of the choice. */
  words: string;
  at: string;
}

/** A storage that is full, forbidden or away never stops a conversation: then nothing is remembered. */
class Shelf {
  readonly #storage: Storage | null;

  constructor(open: () => Storage) {
    try {
      this.#storage = open();
    } catch {
      this.#storage = null;
    }
  }

  read(key: string): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  write(key: string, value: unknown): void {
    try {
      if (value === null) this.#storage?.removeItem(key);
      else this.#storage?.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden.
    }
  }
}

function isAccess(value: unknown): value is Access {
  const access = value as Access | null;
  return (
    typeof access?.token === "string" &&
    typeof access.expiresAt === "string" &&
    typeof access.kept === "boolean" &&
    typeof access.renewAt === "number" &&
    typeof access.last === "string"
  );
}

function isUnsent(value: unknown): value is Unsent {
  const unsent = value as Unsent | null;
  return typeof unsent?.message?.id === "string" && typeof unsent.words === "string" && typeof unsent.at === "string";
}

/** The memory of one channel's conversation in this browser. */
export class Store {
  readonly #tab = new Shelf(() => window.sessionStorage);
  readonly #device = new Shelf(() => window.localStorage);
  readonly #access: string;
  readonly #draft: string;
  readonly #unsent: string;
  readonly #id: string;

  /** @param api address of the channel: two channels on one website do not share a conversation. */
  constructor(api: string) {
    const name = `reflectie-coach ${api}`;
    this.#access = `${name} conversation`;
    this.#draft = `${name} draft`;
    this.#unsent = `${name} unsent`;
    this.#id = `${name} tab`;
  }

  /** The conversation of this tab, or else the one that is kept on this device. What has expired is removed. */
  readAccess(): Access | null {
    const access = this.#tab.read(this.#access);
    return isAccess(access) ? access : this.readKept();
  }

  /** The conversation that is kept on this device. */
  readKept(): Access | null {
    const access = this.#device.read(this.#access);
    if (isAccess(access) && Date.parse(access.expiresAt) > Date.now()) return access;
    this.#device.write(this.#access, null);
    return null;
  }

  writeAccess(access: Access): void {
    this.#tab.write(this.#access, access.kept ? null : access);
    if (access.kept) this.#device.write(this.#access, access);
  }

  readDraft(): string {
    const draft = this.#tab.read(this.#draft);
    return typeof draft === "string" ? draft : "";
  }

  writeDraft(draft: string): void {
    this.#tab.write(this.#draft, draft || null);
  }

  readUnsent(): Unsent[] {
    const unsent = this.#tab.read(this.#unsent);
    return Array.isArray(unsent) ? unsent.filter(isUnsent) : [];
  }

  writeUnsent(unsent: Unsent[]): void {
    this.#tab.write(this.#unsent, unsent.length ? unsent : null);
  }

  /** Forgets the conversation; another one that is kept on this device stays. */
  forgetAccess(kept: boolean): void {
    (kept ? this.#device : this.#tab).write(this.#access, null);
  }

  /** Forgets what was typed and not sent. */
  forgetWords(): void {
    this.writeDraft("");
    this.writeUnsent([]);
  }

  /** What tells this tab from others; null where it remembers nothing yet. A copied tab has the same. */
  readTab(): string | null {
    const id = this.#tab.read(this.#id);
    return typeof id === "string" ? id : null;
  }

  /** Forgets all that this tab remembers, and gives it an identity of its own. */
  beginTab(id: string): void {
    this.#tab.write(this.#access, null);
    this.forgetWords();
    this.#tab.write(this.#id, id);
  }

  /** Whether a storage event of another tab is about this conversation. */
  concerns(event: StorageEvent): boolean {
    return event.key === this.#access || event.key === null;
  }
}
