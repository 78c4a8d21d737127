/** What the log tells, put into what the inbox has loaded. */

import type { InfiniteData } from "@tanstack/react-query";
import { api, ok, queryClient } from "@/api";
import type { LogEvent } from "@/realtime";
import { knownConversation, moveToItsPlace, patchConversation, patchMessage, putMessage, withFirstPage } from "./cache";
import { outbox } from "./outbox";
import {
  conversationQuery,
  eventsQuery,
  factsQuery,
  goneQuery,
  presenceQuery,
  queuesQuery,
  usersQuery,
} from "./queries";
import { spaced } from "./spaced";
import type { Conversation, ConversationPage, Event, Message } from "./types";

type Conversations = InfiniteData<ConversationPage, string | undefined>;
type Events = InfiniteData<{ items: Event[]; has_more: boolean }, string | undefined>;

/** An event of the conversation that is open. */
export function onConversationEvent(id: string, event: LogEvent, myId: string): void {
  const message = event.data.message as Message | undefined;
  if (event.type.startsWith("message.")) {
    if (message) hold(id, message, myId);
    else patchKnown(id, event);
  } else {
    patchFrom(event, myId);
  }
  appendEvent(id, event);
  if (event.type === "plugin.event") refreshFacts(id);
  if (TOUCHES_DETAIL.has(event.type)) void queryClient.invalidateQueries({ queryKey: conversationQuery(id).queryKey });
}

/** The plugin that has told something, such as an order, is being asked what it knows of the customer now. */
function refreshFacts(id: string): void {
  const contact = knownConversation(id)?.contact?.id;
  if (contact) void queryClient.invalidateQueries({ queryKey: factsQuery(contact).queryKey });
}

/** These change what only the conversation's page has: participants, tickets, escalations. */
const TOUCHES_DETAIL = new Set([
  "conversation.participant_joined",
  "conversation.participant_left",
  "conversation.linked",
  "conversation.escalated",
  "conversation.merged",
  "conversation.unmerged",
  "contact.updated",
  "contact.blocked",
]);

/** Something is different in some list. */
export function onInboxEvent(event: LogEvent, myId: string): void {
  const id = event.conversation_id;
  if (!id) return;
  if (event.type === "conversation.deleted" || event.type === "conversation.out_of_sight") {
    forget(id);
    return;
  }
  patchFrom(event, myId);
  changed.add(id);
  // What is in no list yet has to be asked for.
  if (moveToItsPlace(id)) refreshSoon();
  else refreshSoon(0);
  countSoon();
  queuesSoon();
  boardSoon();
}

/** Somebody came, went, or is away. Who is not among the people yet was hired just now. */
export async function onPresence(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: presenceQuery.queryKey });
  const people = queryClient.getQueryData(usersQuery.queryKey);
  const isKnown = (id: string) => people?.some((user) => user.id === id);
  const present = queryClient.getQueryData(presenceQuery.queryKey);
  if (people && present?.some(({ user_id: id }) => !isKnown(id))) {
    await queryClient.invalidateQueries({ queryKey: usersQuery.queryKey });
  }
}

/** While our own message is on its way, its event waits for the answer, so that it is not shown twice. */
function hold(id: string, message: Message, myId: string): void {
  if (message.sender.id !== myId || !outbox.isSending(id)) {
    putMessage(id, message);
    return;
  }
  const end = outbox.subscribe(() => {
    if (outbox.isSending(id)) return;
    end();
    putMessage(id, message);
  });
}

/** An event whose message was too large to come with it. */
function patchKnown(id: string, { data, type }: LogEvent): void {
  const messageId = String(data.message_id);
  if (type === "message.status_changed" && typeof data.to === "string") {
    patchMessage(id, messageId, (message) => ({ ...message, status: data.to as Message["status"] }));
  } else {
    void queryClient.invalidateQueries({ queryKey: conversationQuery(id).queryKey });
  }
}

/** The conversation as the event shows it; what somebody has not read is theirs, and is not in it. */
function patchFrom(event: LogEvent, myId: string): void {
  const id = event.conversation_id;
  const told = event.data.conversation as Omit<Conversation, "unread_count"> | undefined;
  if (!id || !told) return;
  const known = knownConversation(id);
  if (!known) return;
  const written = event.type === "message.created" && isUnreadFor(told, event, myId) ? 1 : 0;
  patchConversation(id, (old) => ({ ...old, ...told, unread_count: old.unread_count + written }));
}

function isUnreadFor(conversation: Pick<Conversation, "type">, { data, actor }: LogEvent, myId: string): boolean {
  if (conversation.type === "support") return data.direction === "inbound";
  return actor.id !== myId;
}

function appendEvent(id: string, { type, actor, data, ...event }: LogEvent): void {
  if (type.startsWith("message.")) return;
  const { message: _message, conversation: _conversation, ...details } = data;
  const added = { ...event, kind: type, actor, data: details } as unknown as Event;
  queryClient.setQueryData<Events>(eventsQuery(id).queryKey, (old) => {
    const [newest, ...older] = old?.pages ?? [];
    if (!old || !newest || newest.items.some((one) => one.seq === added.seq)) return old;
    return { ...old, pages: [{ ...newest, items: [...newest.items, added] }, ...older] };
  });
}

const changed = new Set<string>();

/** On a busy day something changes all the time; the rows themselves are patched at once. */
const refreshSoon = spaced(() => void refreshLists(), 300, 2_000);
const countSoon = spaced(
  () => void queryClient.invalidateQueries({ queryKey: ["conversations", "unread"] }),
  300,
  10_000,
);
const boardSoon = spaced(
  () => void queryClient.invalidateQueries({ queryKey: ["conversations", "queue"], refetchType: "active" }),
  300,
  3_000,
);
const queuesSoon = spaced(() => void queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey }), 300, 10_000);

/** Reads the beginning of each list that is on the screen: whatever has changed stands there, or not in it any more. */
async function refreshLists(): Promise<void> {
  if (!navigator.onLine) return;
  const ids = new Set(changed);
  changed.clear();
  const lists = queryClient.getQueryCache().findAll({ queryKey: ["conversations", "list"] });
  for (const list of lists) {
    if (!list.isActive()) {
      void queryClient.invalidateQueries({ queryKey: list.queryKey, refetchType: "none" });
      continue;
    }
    const [, , query] = list.queryKey as [string, string, Record<string, unknown>];
    try {
      const first = await ok(api.GET("/api/v1/conversations", { params: { query: { ...query, limit: 50 } } }));
      queryClient.setQueryData<Conversations>(list.queryKey, (old) => old && withFirstPage(old, first, ids));
    } catch {
      void queryClient.invalidateQueries({ queryKey: list.queryKey, refetchType: "none" });
    }
  }
}

/** Takes a conversation out of everything: it is deleted, or not for this person any more. */
export function forget(id: string): void {
  queryClient.setQueryData(goneQuery(id).queryKey, true);
  queryClient.removeQueries({ queryKey: conversationQuery(id).queryKey, type: "inactive" });
  queryClient.setQueriesData<Conversations>({ queryKey: ["conversations", "list"] }, (data) =>
    data
      ? {
          ...data,
          pages: data.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })),
        }
      : data,
  );
}
