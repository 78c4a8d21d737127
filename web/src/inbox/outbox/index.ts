/** The outbox of the person who is signed in. */

import { useSyncExternalStore } from "react";
import { api, ok, session } from "@/api";
import { type Database, device } from "@/offline/device";
import { patchConversation, putMessage } from "../cache";
import type { Message } from "../types";
import { Outbox, type OutboxEntry } from "./outbox";

export type { OutboxEntry } from "./outbox";

export const outbox = new Outbox({
  online: () => navigator.onLine,
  send,
  sent,
  save: (entry) => onDevice((database) => database.put("outbox", entry)),
  remove: (key) => onDevice((database) => database.delete("outbox", key)),
});

// What the next person sends is theirs. On the device it waits for its own.
session.whenSignedOut(() => outbox.clear());

/** Where nothing can be kept, or not any more, it is sent all the same as long as the page is there. */
async function onDevice(work: (database: Database) => Promise<unknown>): Promise<void> {
  try {
    const database = await device();
    if (database) await work(database);
  } catch {
    // A full device, or somebody signs out in another tab.
  }
}

/** What of a conversation is not at the server yet. */
export function useOutbox(conversationId: string): OutboxEntry[] {
  const entries = useSyncExternalStore(outbox.subscribe, outbox.all);
  return entries.filter((entry) => entry.conversationId === conversationId);
}

function send({ key, conversationId: id, body }: OutboxEntry): Promise<Message> {
  const params = { path: { id }, header: { "Idempotency-Key": key } };
  if (body.kind === "note") {
    const { kind: _kind, ...said } = body;
    return ok(api.POST("/api/v1/conversations/{id}/notes", { params, body: said }));
  }
  const { kind: _kind, ...message } = body;
  return ok(api.POST("/api/v1/conversations/{id}/messages", { params, body: message }));
}

function sent({ conversationId }: OutboxEntry, message: Message): void {
  putMessage(conversationId, message);
  const { occurred_at: at, direction, preview } = message;
  patchConversation(conversationId, (conversation) =>
    // Lists show what was said to the customer, not what was noted about it.
    conversation.type === "support" && direction === "internal"
      ? conversation
      : { ...conversation, last_message: { at, direction, preview } },
  );
}
