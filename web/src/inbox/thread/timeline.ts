/** A thread as it is read: messages, what happened between them, and what is not sent yet, under their days. */

import type { OutboxEntry } from "../outbox";
import type { Event, Message } from "../types";
import { TOLD } from "./told";

export type Entry =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; message: Message; first: boolean }
  | { kind: "event"; key: string; event: Event }
  | { kind: "pending"; key: string; entry: OutboxEntry };

/** After so long without a word the writer is named again. */
const GROUP_MS = 5 * 60_000;

interface Loaded {
  messages: Message[];
  /** Whether older messages are still to come: what happened before the oldest is not told yet. */
  hasOlder: boolean;
  events: Event[];
  pending: OutboxEntry[];
}

export function timeline({ messages, hasOlder, events, pending }: Loaded): Entry[] {
  const oldest = hasOlder ? messages[0]?.occurred_at : undefined;
  const told = events.filter((event) => TOLD.includes(event.kind) && (!oldest || event.occurred_at >= oldest));
  const entries: Entry[] = [];
  let [day, last]: [string, Message | undefined] = ["", undefined];
  const begin = (at: string) => {
    const date = new Date(at).toDateString();
    if (date === day) return;
    day = date;
    last = undefined;
    entries.push({ kind: "day", key: `day ${date}`, at });
  };
  for (const item of inOrder(messages, told)) {
    begin(item.occurred_at);
    if ("kind" in item) {
      entries.push({ kind: "event", key: item.id, event: item });
      last = undefined;
    } else {
      entries.push({ kind: "message", key: item.id, message: item, first: !last || !continues(item, last) });
      last = item;
    }
  }
  for (const entry of pending) {
    begin(entry.writtenAt);
    entries.push({ kind: "pending", key: entry.key, entry });
  }
  return entries;
}

function inOrder(messages: Message[], events: Event[]): (Message | Event)[] {
  const merged: (Message | Event)[] = [];
  let next = 0;
  for (const message of messages) {
    for (let event = events[next]; event && event.occurred_at < message.occurred_at; event = events[next]) {
      merged.push(event);
      next += 1;
    }
    merged.push(message);
  }
  return [...merged, ...events.slice(next)];
}

function continues(message: Message, last: Message): boolean {
  return (
    message.direction === last.direction &&
    message.sender.kind === last.sender.kind &&
    message.sender.id === last.sender.id &&
    new Date(message.occurred_at).getTime() - new Date(last.occurred_at).getTime() < GROUP_MS
  );
}
