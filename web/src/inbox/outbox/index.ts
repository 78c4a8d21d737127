/** The outbox of the person who is signed in. */

import { useSyncExternalStore } from "react";
import { api, ok } from "@/api";
import { device } from "@/offline/device";
import { patchConversation, putMessage } from "../cache";
import type { Message } from "../types";
import { Outbox, type OutboxEntry } from "./outbox";

export type { OutboxEntry } from "./outbox";

export const outbox = new Outbox({
  online: () => navigator.onLine,
  send,
  sent,
  save: async (entry) => (await device())?.put("outbox", entry),
  remove: async (key) => (await device())?.delete("outbox", key),
});

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
