/**
 * A tab that is duplicated, or opened by a script, gets a copy of the session storage. Two tabs would then write in one
 * conversation and send the same messages. So a tab that remembers something asks whether another one lives by it.
 */

import type { Store } from "./store.js";
import { uuid } from "./uuid.js";

/** Milliseconds that another tab has to answer. */
const WAIT = 80;

const asked = new Map<string, Promise<void>>();

/**
 * Makes a tab that is a copy begin afresh, and from then on answers tabs that are copies of this one. Once for a channel
 * and a page, also where a page has two coaches.
 */
export function ownTab(api: string, store: Store): Promise<void> {
  let once = asked.get(api);
  if (!once) {
    once = settle(api, store);
    asked.set(api, once);
  }
  return once;
}

async function settle(api: string, store: Store): Promise<void> {
  const remembered = store.readTab();
  if (remembered === null) store.beginTab(uuid());
  const channel = connect(`reflectie-coach ${api}`);
  if (!channel) return;
  if (remembered !== null && (await lives(channel, remembered))) store.beginTab(uuid());
  channel.onmessage = ({ data }) => {
    if (data?.asks === store.readTab()) channel.postMessage({ lives: data.asks });
  };
}

function connect(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    // Too old a browser, or a frame that may not.
    return null;
  }
}

function lives(channel: BroadcastChannel, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data?.lives === id) resolve(true);
    };
    channel.postMessage({ asks: id });
    setTimeout(() => resolve(false), WAIT);
  });
}
