/** The conversation as plain text, to paste somewhere else. */

import type { Turn } from "./contract.js";
import { toPlain } from "./markdown.js";
import type { Texts } from "./texts.js";

/** What was said, by whom and when. */
export function transcript(turns: readonly Turn[], texts: Texts): string {
  const now = new Date();
  return turns
    .map((turn) => {
      const said = turn.said === null ? [] : [`${texts.leaderSays} ${turn.said}`];
      const replies = turn.replies.flatMap((reply) => {
        switch (reply.type) {
          case "text":
            return [toPlain(reply.text)];
          case "link":
            return [`${reply.title}: ${reply.url}`];
          case "summary":
            return [
              texts.summary,
              ...reply.lines.map(({ title, words }) => (title ? `- ${title}: ${words}` : `- ${words}`)),
              ...(reply.firstStep === null ? [] : [`${texts.firstStep}: ${reply.firstStep}`]),
            ];
          default:
            return [];
        }
      });
      const answer = replies.length ? [`${texts.coachSays} ${replies.join("\n")}`] : [];
      return [`[${texts.moment(new Date(turn.at), now)}]`, ...said, ...answer].join("\n");
    })
    .join("\n\n");
}
