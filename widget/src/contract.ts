/**
 * What the channel says, read with care: what cannot be read is told apart from what can, and never reaches the screen.
 * The shapes are those of the channel's OpenAPI description.
 */

/** Words of the coach, in Markdown. */
export interface Text {
  type: "text";
  text: string;
}

/** Answers to choose from; the choice is sent back as it is. */
export interface QuickReplies {
  type: "quick_replies";
  replies: { choice: string; title: string }[];
}

/** A way to somewhere else: `mailto:` or `https:`. */
export interface Link {
  type: "link";
  title: string;
  url: string;
}

/** What the leader takes along. The addresses are whole. */
export interface Summary {
  type: "summary";
  lines: { title: string; words: string }[];
  firstStep: string | null;
  page: string;
  calendar: string | null;
}

/** How far the conversation is. */
export interface Progress {
  type: "progress";
  step: number;
  total: number;
}

/** The leader begins again: what was reached is behind them. */
export interface StartedOver {
  type: "started_over";
}

/** The conversation pauses: the offer to go on later on this device. */
export interface Keep {
  type: "keep";
}

/** Something was said in a form that this widget cannot read. */
export interface Unreadable {
  type: "unreadable";
}

export type Reply = Text | QuickReplies | Link | Summary | Progress | StartedOver | Keep | Unreadable;

/** What the leader said, and what the coach said to it. */
export interface Turn {
  id: string;
  said: string | null;
  at: string;
  replies: Reply[];
  erased: boolean;
}

/** A conversation, and what gives access to it. */
export interface Session {
  token: string;
  expiresAt: string;
  kept: boolean;
  turns: Turn[];
}

/** An answer is not of the contract. */
export class UnreadableError extends Error {}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UnreadableError("no object");
  return value as Fields;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new UnreadableError("no text");
  return value;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new UnreadableError("no list");
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== "boolean") throw new UnreadableError("no yes or no");
  return value;
}

function moment(value: unknown): string {
  const written = text(value);
  if (Number.isNaN(Date.parse(written))) throw new UnreadableError("no moment");
  return written;
}

function count(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 1) throw new UnreadableError("no count");
  return value as number;
}

function outside(value: unknown): string {
  const url = address(text(value));
  if (url.protocol !== "https:" && url.protocol !== "mailto:") throw new UnreadableError("no address to link to");
  return url.href;
}

function onServer(value: unknown, server: string): string {
  const url = address(text(value), server);
  if (url.origin !== new URL(server).origin) throw new UnreadableError("an address of another server");
  return url.href;
}

function address(written: string, base?: string): URL {
  try {
    return new URL(written, base);
  } catch {
    throw new UnreadableError("no address");
  }
}

const readers = new Map<string, (reply: Fields, server: string) => Reply>(Object.entries({
  text: (reply) => ({ type: "text", text: text(reply.text) }),
  quick_replies: (reply) => ({
    type: "quick_replies",
    replies: list(reply.replies).map((item) => {
      const { choice, title } = fields(item);
      return { choice: text(choice), title: text(title) };
    }),
  }),
  link: (reply) => ({ type: "link", title: text(reply.title), url: outside(reply.url) }),
  summary: (reply, server) => ({
    type: "summary",
    lines: list(reply.lines).map((item) => {
      const { title, words } = fields(item);
      return { title: text(title), words: text(words) };
    }),
    firstStep: reply.first_step === null ? null : text(reply.first_step),
    page: onServer(reply.page, server),
    calendar: reply.calendar === null ? null : onServer(reply.calendar, server),
  }),
  progress: (reply) => ({ type: "progress", step: count(reply.step), total: count(reply.total) }),
  started_over: () => ({ type: "started_over" }),
  keep: () => ({ type: "keep" }),
} satisfies Record<string, (reply: Fields, server: string) => Reply>));

/** One reply; none where its type is of a later version of the contract. */
function readReply(value: unknown, server: string): Reply[] {
  try {
    const reply = fields(value);
    const type = text(reply.type);
    const reader = readers.get(type);
    return reader ? [reader(reply, server)] : [];
  } catch (error) {
    if (error instanceof UnreadableError) return [{ type: "unreadable" }];
    throw error;
  }
}

/**
 * A turn out of an answer of the server with this address.
 * @throws UnreadableError where it is none; one reply of it that cannot be read becomes `unreadable`.
 */
export function readTurn(value: unknown, server: string): Turn {
  const turn = fields(value);
  return {
    id: text(turn.id),
    said: turn.said === null ? null : text(turn.said),
    at: moment(turn.at),
    replies: list(turn.replies).flatMap((reply) => readReply(reply, server)),
    erased: flag(turn.erased),
  };
}

/**
 * The turns out of a history or a session.
 * @throws UnreadableError where they are none.
 */
export function readTurns(value: unknown, server: string): Turn[] {
  return list(fields(value).turns).map((turn) => readTurn(turn, server));
}

/**
 * A session.
 * @throws UnreadableError where it is none.
 */
export function readSession(value: unknown, server: string): Session {
  const session = fields(value);
  return {
    token: text(session.token),
    expiresAt: moment(session.expires_at),
    kept: flag(session.kept),
    turns: readTurns(session, server),
  };
}
