/**
 * A conversation without its looks: what was said, what waits to be said, and how it gets to the channel. Messages go
 * one at a time and in order; what got no answer goes again under the same id, so nothing is lost and nothing doubled.
 */

import { Api, ApiError, asProblem, UNREADABLE, type Message } from "./api.js";
import type { Session, Turn } from "./contract.js";
import { Outbox, type Pending } from "./outbox.js";
import { Patience } from "./patience.js";
import type { Access, Store } from "./store.js";
import { ownTab } from "./tabs.js";
import { uuid } from "./uuid.js";

/** A token is not made younger within this many milliseconds. */
const RENEWAL_GAP = 60_000;

/** `erased`: there was a conversation and now there is none; the next words begin a new one. */
export type Phase = "idle" | "starting" | "open" | "failed" | "erased";

/** Something to tell the leader, the server's own words where it had any. */
export interface Notice {
  code: "gone" | "choice-gone" | "kept" | "keep-failed" | "erase-failed" | "start-failed";
  detail: string | null;
}

/** Who wants to know. */
export interface Listener {
  changed(): void;
  said(by: "leader" | "coach"): void;
  erased(): void;
  failed(error: ApiError): void;
}

export class Conversation {
  phase: Phase = "idle";
  turns: readonly Turn[] = [];
  draft = "";
  notice: Notice | null = null;

  readonly #api: Api;
  readonly #store: Store;
  readonly #listener: Listener;
  readonly #outbox: Outbox;
  readonly #patience: Patience;
  #access: Access | null = null;
  #restored = false;
  #refreshing = false;
  /** Another tab wrote something that was not read yet. */
  #outdated = false;
  /** What runs belongs to one life; erasing ends it, and answers that come later are not heard. */
  #life = new AbortController();

  constructor(api: Api, store: Store, listener: Listener) {
    this.#api = api;
    this.#store = store;
    this.#listener = listener;
    this.#outbox = new Outbox(store);
    this.#patience = new Patience(() => listener.changed());
  }

  /** What has no answer yet. */
  get pending(): readonly Pending[] {
    return this.#outbox.items;
  }

  /** A request is under way that the leader waits for. */
  get busy(): boolean {
    return this.#patience.busy;
  }

  /** What is waited for before a request is made again by itself: a connection, or a server that is too busy. */
  get waitsFor(): Patience["waitsFor"] {
    return this.#patience.waitsFor;
  }

  /** Until when the conversation is kept on this device; null where it is not. */
  get keptUntil(): string | null {
    return this.#access?.kept ? this.#access.expiresAt : null;
  }

  /** What can be chosen now: nothing while something is on its way. */
  get offered(): readonly { choice: string; title: string }[] {
    if (this.phase !== "open" || this.#outbox.next) return [];
    const last = this.turns[this.turns.length - 1];
    return last?.replies.flatMap((reply) => (reply.type === "quick_replies" ? reply.replies : [])) ?? [];
  }

  /** Begins, or goes on with the conversation that this browser remembers. Does nothing where one is open. */
  async start(): Promise<void> {
    if (this.phase !== "starting" && this.phase !== "open") await this.#start(null);
  }

  /** Says something in the leader's own words. */
  send(words: string): void {
    const text = words.trim();
    if (text) this.#say({ id: uuid(), text }, text);
  }

  /** Chooses what was offered; nothing happens where it no longer is. */
  choose(choice: string): void {
    const offer = this.offered.find((offered) => offered.choice === choice);
    if (offer) this.#say({ id: uuid(), choice }, offer.title);
  }

  /** Sends what failed again, under its own id. */
  retry(): void {
    this.#outbox.await("failed");
    this.#changed();
    if (this.phase === "open") void this.#pump();
    else void this.start();
  }

  /** Gives a message that was refused back to the leader, in front of what was being typed. */
  edit(id: string): void {
    const refused = this.pending.find(({ message, state }) => message.id === id && state === "refused");
    if (!refused) return;
    this.#outbox.remove(id);
    this.setDraft([refused.words, this.draft].filter(Boolean).join("\n"));
  }

  /** Remembers what is being typed. */
  setDraft(draft: string): void {
    this.draft = draft;
    if (this.#restored) this.#store.writeDraft(draft);
    this.#changed();
  }

  /** Keeps the conversation on this device, also for other tabs, until `keptUntil`. */
  async keep(): Promise<void> {
    const access = this.#access;
    if (!access || access.kept) return;
    const life = this.#life;
    try {
      await this.#renew(life, access, true);
      if (life.signal.aborted) return;
      this.notice = { code: "kept", detail: null };
      this.#changed();
    } catch (error) {
      if (life.signal.aborted) return;
      const problem = asProblem(error);
      if (problem.gone) await this.#begin(access);
      else this.#trouble("keep-failed", problem);
    }
  }

  /** Erases the conversation, there and here. Returns whether it is gone. */
  async erase(): Promise<boolean> {
    const access = this.#access ?? this.#store.readAccess();
    const used = this.phase !== "idle";
    this.#end();
    const life = this.#life;
    try {
      if (access) await this.#api.eraseConversation(access.token, life.signal);
    } catch (error) {
      if (life.signal.aborted) return false;
      const problem = asProblem(error);
      if (problem.status === 401) {
        // Nobody can reach it with this token any more, and it goes when its time comes: that is not to call erased.
        this.#forget(access);
        if (used) await this.#begin(null);
        return false;
      }
      if (problem.status !== 404) {
        this.#trouble("erase-failed", problem);
        if (used) this.retry();
        return false;
      }
    }
    this.#forget(access);
    if (used) this.phase = "erased";
    this.#listener.erased();
    this.#changed();
    return true;
  }

  /** Reads what was said elsewhere, in another tab. */
  async refresh(): Promise<void> {
    const access = this.#access;
    if (this.phase !== "open" || !access || this.#refreshing || this.busy) return;
    const life = this.#life;
    const before = this.turns;
    this.#refreshing = true;
    this.#outdated = false;
    try {
      if (Date.now() < access.renewAt) {
        const turns = await this.#api.readMessages(access.token, life.signal);
        if (!life.signal.aborted) this.#merge(turns, before);
      } else {
        await this.#renew(life, access);
      }
    } catch (error) {
      const problem = asProblem(error);
      // Nothing that the leader asked for failed, so nothing is said of the rest.
      if (!life.signal.aborted && problem.gone) await this.#begin(access);
    } finally {
      this.#refreshing = false;
    }
    this.#catchUp();
  }

  /** The browser says that the connection came or went. */
  connectionChanged(online: boolean): void {
    if (this.phase === "idle") return;
    this.#patience.networkChanged(online);
    if (online && (this.phase === "failed" || this.phase === "open")) this.retry();
  }

  /** Another tab wrote something: of a kept conversation there is more to read, or it was erased. */
  storageChanged(event: StorageEvent): void {
    if (!this.#access?.kept || !this.#store.concerns(event)) return;
    const kept = this.#store.readKept();
    if (kept) {
      this.#access = kept;
      this.#outdated = true;
      this.#catchUp();
      return;
    }
    this.#end();
    this.#forget(null);
    this.phase = "erased";
    this.#listener.erased();
    this.#changed();
  }

  #say(message: Message, words: string): void {
    this.notice = null;
    this.#outbox.add(message, words);
    this.#listener.said("leader");
    this.retry();
  }

  async #pump(): Promise<void> {
    const life = this.#life;
    // What is under way stops another round of this: it waits no longer, and nothing passes it.
    while (this.phase === "open" && !life.signal.aborted) {
      const { next } = this.#outbox;
      if (next?.state !== "waiting") break;
      const { message } = next;
      this.#outbox.mark(message.id, { state: "sending" });
      try {
        const turn = await this.#patience.persist(life.signal, async () =>
          this.#api.sendMessage(await this.#token(life), message, life.signal),
        );
        if (!life.signal.aborted) this.#take(message, turn);
      } catch (error) {
        if (!life.signal.aborted) await this.#fail(message, asProblem(error));
      }
    }
    if (this.#life === life && this.phase === "erased" && this.#outbox.next) void this.start();
    this.#catchUp();
  }

  /** Reads what another tab wrote; while something is under way that waits, and what ends then asks for it again. */
  #catchUp(): void {
    if (this.#outdated) void this.refresh();
  }

  async #fail(message: Message, problem: ApiError): Promise<void> {
    const { detail, temporary, type } = problem;
    this.#listener.failed(problem);
    if (problem.gone) return this.#begin(this.#access);
    if (type === "choice-not-offered") {
      this.notice = { code: "choice-gone", detail };
      this.#outbox.remove(message.id);
      return this.refresh();
    }
    if (type === "id-used") {
      this.#outbox.mark(message.id, { state: "failed", detail, message: { ...message, id: uuid() } });
    } else {
      this.#outbox.mark(message.id, { state: temporary || type === UNREADABLE ? "failed" : "refused", detail });
    }
    this.#changed();
  }

  /** A token that is young enough to send with. */
  async #token(life: AbortController): Promise<string> {
    if (this.#access && Date.now() >= this.#access.renewAt) await this.#renew(life, this.#access);
    if (!this.#access || life.signal.aborted) throw new ApiError(401);
    return this.#access.token;
  }

  /** The same conversation under a younger token; where it was erased, the new one that the server made instead. */
  async #renew(life: AbortController, access: Access, keep = access.kept): Promise<void> {
    const before = this.turns;
    const session = await this.#api.startSession(access.token, keep, life.signal);
    if (life.signal.aborted) return;
    if (session.created) {
      // What is under way was for the one that is gone.
      this.#end();
      this.#lose();
    }
    this.#adopt(session, before);
    if (session.created) this.#listener.said("coach");
  }

  #adopt(session: Session, before: readonly Turn[]): void {
    const expires = Date.parse(session.expiresAt);
    const { token, expiresAt, kept } = session;
    const renewAt = Date.now() + Math.max(RENEWAL_GAP, (expires - Date.now()) / 2);
    if (this.#access && this.#access.kept !== kept) this.#store.forgetAccess(this.#access.kept);
    this.#access = { token, expiresAt, kept, renewAt, last: "" };
    this.#merge(session.turns, before);
    this.#remember();
    void this.#pump();
  }

  /** Puts the server's turns in the place of those from `before`; what was answered since then stays. */
  #merge(turns: readonly Turn[], before: readonly Turn[]): void {
    const known = new Set([...turns, ...before].map(({ id }) => id));
    this.turns = [...turns, ...this.turns.filter(({ id }) => !known.has(id))];
    this.#outbox.settle(new Set(this.turns.map(({ id }) => id)));
    this.#changed();
  }

  #take(message: Message, turn: Turn): void {
    this.#outbox.remove(message.id);
    this.turns = [...this.turns.filter(({ id }) => id !== turn.id), turn];
    if (turn.erased) {
      this.#store.forgetAccess(this.#access?.kept ?? false);
      this.#access = null;
      this.turns = [{ ...turn, said: null }];
      this.phase = "erased";
      this.#listener.erased();
    } else {
      this.#remember();
    }
    this.#listener.said("coach");
    this.#changed();
  }

  #remember(): void {
    if (!this.#access) return;
    this.#access = { ...this.#access, last: this.turns[this.turns.length - 1]?.id ?? "" };
    this.#store.writeAccess(this.#access);
  }

  async #start(notice: Notice | null): Promise<void> {
    const afresh = this.phase === "erased";
    const life = this.#life;
    this.phase = "starting";
    this.notice = notice;
    this.#changed();
    await ownTab(this.#api.address, this.#store);
    if (!this.#restored) this.#restore();
    const access = afresh ? null : this.#store.readAccess();
    let session;
    try {
      session = await this.#patience.persist(life.signal, () =>
        this.#api.startSession(access?.token ?? null, access?.kept ?? false, life.signal),
      );
    } catch (error) {
      if (life.signal.aborted) return;
      const problem = asProblem(error);
      if (access && problem.gone) return this.#begin(access);
      this.phase = "failed";
      this.#trouble("start-failed", problem);
      return;
    }
    if (life.signal.aborted) return;
    this.phase = "open";
    if (access && session.created) this.#lose();
    this.#adopt(session, this.turns);
    if (!access || session.created) this.#listener.said("coach");
  }

  /** Begins a new conversation where the one that `access` was for is gone. */
  async #begin(access: Access | null): Promise<void> {
    if (access) this.#store.forgetAccess(access.kept);
    this.#end();
    this.#access = null;
    this.#lose();
    this.phase = "erased";
    await this.#start(this.notice);
  }

  /** Says that the conversation is gone; the words that did not reach it go back to where they were typed. */
  #lose(): void {
    const { typed } = this.#outbox;
    this.turns = [];
    this.notice = { code: "gone", detail: null };
    this.#outbox.clear();
    this.setDraft([...typed, this.draft].filter(Boolean).join("\n"));
  }

  #trouble(code: Notice["code"], problem: ApiError): void {
    this.notice = { code, detail: problem.detail };
    this.#listener.failed(problem);
    this.#changed();
  }

  #restore(): void {
    this.#restored = true;
    this.#outbox.restore();
    this.setDraft([this.#store.readDraft(), this.draft].filter(Boolean).join("\n"));
  }

  #forget(access: Access | null): void {
    if (access) this.#store.forgetAccess(access.kept);
    this.#access = null;
    this.turns = [];
    this.notice = null;
    this.#outbox.clear();
    this.draft = "";
    this.#store.forgetWords();
  }

  /** Ends what is under way. */
  #end(): void {
    this.#life.abort();
    this.#life = new AbortController();
    if (this.phase === "starting") this.phase = "idle";
    this.#outbox.await("sending");
    this.#patience.reset();
  }

  #changed(): void {
    this.#listener.changed();
  }
}
