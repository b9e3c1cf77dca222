/** What the views draw, and what they tell back. */

import type { Conversation } from "../conversation.js";
import type { Texts } from "../texts.js";

export interface View {
  readonly conversation: Conversation;
  readonly texts: Texts;
  readonly heading: string;
  /** Address of the privacy statement; empty where the page names none. */
  readonly statement: string;
  readonly inline: boolean;
  readonly menuOpen: boolean;
  readonly confirming: boolean;
  /** A short message about something that the leader did. */
  readonly remark: string;
  /** Whether what is added to the conversation is read aloud. */
  readonly live: boolean;
  readonly on: Actions;
}

/** What the leader does. */
export interface Actions {
  close(): void;
  toggleMenu(): void;
  restart(): void;
  keep(): void;
  copy(): void;
  askErase(): void;
  eraseAnyway(): void;
  eraseNot(): void;
  begin(): void;
  choose(choice: string): void;
  retry(): void;
  edit(id: string): void;
  type(event: Event): void;
  press(event: KeyboardEvent): void;
  submit(event: Event): void;
}
