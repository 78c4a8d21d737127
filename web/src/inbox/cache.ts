/** Changes to what the inbox has loaded: by an event, or ahead of the server's answer. */

import type { InfiniteData } from "@tanstack/react-query";
import { queryClient } from "@/api";
import { type Messages, rememberChange, type ThreadChange } from "./arrivals";
import { conversationQuery, messagesQuery } from "./queries";
import type { Conversation, ConversationPage, Message } from "./types";

type Conversations = InfiniteData<ConversationPage, string | undefined>;

/** The conversation as it is known, from its page or from a list. */
export function knownConversation(id: string): Conversation | undefined {
  const detail = queryClient.getQueryData(conversationQuery(id).queryKey);
  if (detail) return detail.conversation;
  for (const [, data] of queryClient.getQueriesData<Conversations>({ queryKey: ["conversations", "list"] })) {
    const found = data?.pages.flatMap((page) => page.items).find((conversation) => conversation.id === id);
    if (found) return found;
  }
  return undefined;
}

/**
 * Changes a conversation wherever it is shown. Gives what takes the change back, as far as nothing newer stands in its
 * place: of two who take the same, the loser is to see who has it.
 */
export function patchConversation(id: string, patch: (conversation: Conversation) => Conversation): () => void {
  const before = knownConversation(id);
  apply(id, patch);
  return () => {
    if (before) apply(id, (now) => withoutChange(now, before, patch(before)));
  };
}

/** `now` with what `before` had, wherever it still has what the change from `before` to `after` has put. */
export function withoutChange(now: Conversation, before: Conversation, after: Conversation): Conversation {
  const fields = Object.keys({ ...before, ...after }) as (keyof Conversation)[];
  const undone = fields.filter((field) => !equal(after[field], before[field]) && equal(now[field], after[field]));
  return { ...now, ...Object.fromEntries(undone.map((field) => [field, before[field]])) };
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function apply(id: string, patch: (conversation: Conversation) => Conversation): void {
  queryClient.setQueryData(
    conversationQuery(id).queryKey,
    (detail) => detail && { ...detail, conversation: patch(detail.conversation) },
  );
  queryClient.setQueriesData<Conversations>({ queryKey: ["conversations", "list"] }, (data) => {
    if (!data?.pages.some((page) => page.items.some((conversation) => conversation.id === id))) return data;
    return {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        items: page.items.map((conversation) => (conversation.id === id ? patch(conversation) : conversation)),
      })),
    };
  });
}

/** Moves a conversation to where it belongs in the lists by now. False: no list has it. */
export function moveToItsPlace(id: string): boolean {
  let listed = false;
  queryClient.setQueriesData<Conversations>({ queryKey: ["conversations", "list"] }, (data) => {
    if (!data?.pages.some((page) => page.items.some((conversation) => conversation.id === id))) return data;
    listed = true;
    return withMoved(data, id);
  });
  return listed;
}

/** Whatever has changed last stands first. */
export function withMoved(data: Conversations, id: string): Conversations {
  const moved = data.pages.flatMap((page) => page.items).find((conversation) => conversation.id === id);
  if (!moved) return data;
  const pages = data.pages.map((page) => ({ ...page, items: page.items.filter((other) => other.id !== id) }));
  const isOlder = (other: Conversation) => other.updated_at <= moved.updated_at;
  const page = pages.find(({ items }) => items.some(isOlder));
  // The oldest stays where it is.
  if (!page) return data;
  page.items.splice(page.items.findIndex(isOlder), 0, moved);
  return { ...data, pages };
}

/** The server's word on a conversation. */
export function putConversation(conversation: Conversation): void {
  apply(conversation.id, () => conversation);
}

/** A message that is new, or has changed. Messages stand in the order of their time. */
export function putMessage(conversationId: string, message: Message): void {
  changeThread(conversationId, (data) => withMessage(data, message));
}

function changeThread(conversationId: string, change: ThreadChange): void {
  queryClient.setQueryData<Messages>(messagesQuery(conversationId).queryKey, (data) => data && change(data));
  rememberChange(conversationId, change);
}

export function withMessage(data: Messages, message: Message): Messages {
  const known = data.pages.some((page) => page.items.some((one) => one.id === message.id));
  if (known) return mapMessages(data, (one) => (one.id === message.id ? message : one));
  const [newest, ...older] = data.pages;
  if (!newest) return data;
  const place = newest.items.findLastIndex((one) => one.occurred_at <= message.occurred_at) + 1;
  // Older than everything that is loaded: it comes with its own page.
  if (place === 0 && newest.items.length > 0 && data.pages.at(-1)?.has_more) return data;
  return { ...data, pages: [{ ...newest, items: newest.items.toSpliced(place, 0, message) }, ...older] };
}

export function patchMessage(conversationId: string, id: string, patch: (message: Message) => Message): void {
  changeThread(conversationId, (data) => mapMessages(data, (one) => (one.id === id ? patch(one) : one)));
}

function mapMessages(data: Messages, change: (message: Message) => Message): Messages {
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
}

/**
 * A fresh first page in front of what a list has loaded: whatever has changed lately stands in it, or does not belong into
 * the list any more (`changed` names what may not).
 */
export function withFirstPage(
  data: Conversations,
  first: ConversationPage,
  changed: ReadonlySet<string>,
): Conversations {
  const known = new Map(
    data.pages.flatMap((page) => page.items).map((conversation) => [conversation.id, conversation]),
  );
  // An event may have come while the page was on its way.
  const items = first.items.map((conversation) => {
    const old = known.get(conversation.id);
    return old && old.updated_at > conversation.updated_at ? old : conversation;
  });
  const newest = { ...first, items };
  if (data.pages.length < 2) return { pages: [newest], pageParams: [undefined] };
  const fresh = new Set(first.items.map((conversation) => conversation.id));
  const stays = ({ id }: Conversation) => !fresh.has(id) && !changed.has(id);
  const pushedOut = data.pages[0]?.items.filter(stays) ?? [];
  const [second, ...rest] = data.pages.slice(1).map((page) => ({ ...page, items: page.items.filter(stays) }));
  if (!second) return data;
  return { ...data, pages: [newest, { ...second, items: [...pushedOut, ...second.items] }, ...rest] };
}
