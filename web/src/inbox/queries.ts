/** What the inbox reads. Keys begin with the plural noun; realtime events patch what lies under them (`cache.ts`). */

import { infiniteQueryOptions, type QueryPersister, queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ok, queryClient } from "@/api";
import * as tenant from "@/api/tenant";
import { type Messages, rememberChange, sinceNow, type ThreadChange } from "./arrivals";
import { type InboxSearch, type Tab, toQuery } from "./filters";
import { TOLD } from "./thread/told";
import type { MessagePage, Team, User } from "./types";

const PAGE = 50;
const MINUTES = 60_000;

/** Queries with this mark are kept on the device, to be read without a connection. */
export const KEEP = { keep: true };

export function conversationsQuery(search: InboxSearch) {
  const query = toQuery(search);
  return infiniteQueryOptions({
    queryKey: ["conversations", "list", query],
    queryFn: ({ pageParam, signal }) =>
      ok(api.GET("/api/v1/conversations", { params: { query: { ...query, limit: PAGE, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    meta: KEEP,
  });
}

export const QUEUE_STATES = ["new", "queued", "assigned", "snoozed", "closed"] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

/** What stands in one column of the queue. */
export function queueQuery(state: QueueState) {
  const query = { queue_state: state, type: "support,internal_ticket", total: true };
  return infiniteQueryOptions({
    queryKey: ["conversations", "queue", state],
    queryFn: ({ pageParam, signal }) =>
      ok(api.GET("/api/v1/conversations", { params: { query: { ...query, limit: 30, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** How much is unread in a tab. */
export function unreadQuery(tab: Tab) {
  const query = { ...toQuery({ tab, unread: true }), limit: 1, total: true };
  return queryOptions({
    queryKey: ["conversations", "unread", tab],
    queryFn: async ({ signal }) =>
      (await ok(api.GET("/api/v1/conversations", { params: { query }, signal }))).total ?? 0,
    staleTime: MINUTES,
  });
}

/** The conversation with its latest messages, which become the newest page of `messagesQuery`. */
export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: ["conversations", "one", id],
    queryFn: async ({ signal }) => {
      const missed = sinceNow(id);
      const detail = await ok(api.GET("/api/v1/conversations/{id}", { params: { path: { id } }, signal }));
      showNewest(id, detail.messages, missed());
      return detail;
    },
    meta: KEEP,
  });
}

/** Whether a conversation that was read has gone out of sight since. Nobody fetches it: events say so. */
export function goneQuery(id: string) {
  return queryOptions<boolean>({ queryKey: ["conversations", "gone", id], queryFn: skipToken });
}

/** Newest page first; within a page in the order in which they are read. */
export function messagesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["conversations", "messages", id],
    queryFn: ({ pageParam, signal }) =>
      ok(
        api.GET("/api/v1/conversations/{id}/messages", {
          params: { path: { id }, query: { limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    persister: withWhatCame(id),
    // The first page comes with the conversation, changes come as events.
    staleTime: Number.POSITIVE_INFINITY,
    meta: KEEP,
  });
}

/** Puts into the pages what events have brought while they were read. The library hands over all of them at once. */
function withWhatCame(id: string): QueryPersister<MessagePage, string[], string | undefined> {
  return async (read, context) => {
    const missed = sinceNow(id);
    const pages = (await read(context as never)) as unknown as Messages;
    return missed()(pages) as unknown as MessagePage;
  };
}

/** Shows a fresh newest page, with what has come since it was asked for. A page that is being read meanwhile gets it, too. */
function showNewest(id: string, page: MessagePage, withMissed: ThreadChange): void {
  const show: ThreadChange = (old) => withMissed(withNewest(old, page));
  queryClient.setQueryData<Messages>(messagesQuery(id).queryKey, (old) => show(old ?? { pages: [], pageParams: [] }));
  rememberChange(id, show);
}

/** Puts a fresh newest page in front of what is loaded, if the two meet; otherwise begins anew. */
export function withNewest(old: Messages, page: MessagePage): Messages {
  const known = new Set(old.pages.flatMap((each) => each.items.map((message) => message.id)));
  const first = old.pages[0];
  if (!first || !page.items.some((message) => known.has(message.id))) {
    return { pages: [page], pageParams: [undefined] };
  }
  const fresh = new Set(page.items.map((message) => message.id));
  const before = first.items.filter((message) => !fresh.has(message.id) && !isAfter(message, page));
  return { ...old, pages: [{ ...first, items: [...before, ...page.items] }, ...old.pages.slice(1)] };
}

function isAfter(message: { occurred_at: string }, page: MessagePage): boolean {
  const last = page.items.at(-1);
  return last !== undefined && message.occurred_at > last.occurred_at;
}

export function eventsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["conversations", "events", id],
    queryFn: ({ pageParam, signal }) =>
      ok(
        api.GET("/api/v1/conversations/{id}/events", {
          params: { path: { id }, query: { limit: PAGE, cursor: pageParam, kind: TOLD.join(",") } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: MINUTES,
    meta: KEEP,
  });
}

export function participantsQuery(id: string) {
  return queryOptions({
    queryKey: ["conversations", "participants", id],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/conversations/{id}/participants", { params: { path: { id } }, signal })),
    staleTime: 5 * MINUTES,
    meta: KEEP,
  });
}

// An agent's lists may be minutes old: others change them seldom.
export const usersQuery = { ...tenant.usersQuery, staleTime: 5 * MINUTES, meta: KEEP };
export const teamsQuery = { ...tenant.teamsQuery, staleTime: 5 * MINUTES, meta: KEEP };
export const tagsQuery = { ...tenant.tagsQuery, staleTime: 5 * MINUTES };
export const brandsQuery = { ...tenant.brandsQuery, staleTime: 5 * MINUTES };
export const attributesQuery = { ...tenant.attributesQuery, staleTime: 5 * MINUTES };

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/settings", { signal })),
  staleTime: 5 * MINUTES,
});

export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/queues", { signal })),
  staleTime: 20_000,
});

export const presenceQuery = queryOptions({
  queryKey: ["presence"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/presence", { signal })),
  staleTime: 20_000,
  refetchInterval: 60_000,
});

export const cannedQuery = queryOptions({
  queryKey: ["canned-responses", "usable"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/canned-responses", { signal })),
  staleTime: MINUTES,
  meta: KEEP,
});

export const macrosQuery = queryOptions({
  queryKey: ["macros", "usable"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/macros", { signal })),
  staleTime: MINUTES,
  meta: KEEP,
});

export function overviewQuery(contactId: string) {
  return queryOptions({
    queryKey: ["contacts", "overview", contactId],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/contacts/{id}/overview", { params: { path: { id: contactId } }, signal })),
  });
}

/** Asking has plugins asked again that have not been for a while. */
export function factsQuery(contactId: string) {
  return queryOptions({
    queryKey: ["contacts", "facts", contactId],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/contacts/{id}/facts", { params: { path: { id: contactId } }, signal })),
    // What is being asked will be there in a moment; not everything that plugins learn is told by an event.
    refetchInterval: (query) => (query.state.data?.sources.some((source) => source.refreshing) ? 3_000 : 15_000),
  });
}

export function templatesQuery(connectionId: string) {
  return queryOptions({
    queryKey: ["connections", connectionId, "templates"],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/connections/{id}/templates", { params: { path: { id: connectionId } }, signal })),
    staleTime: 5 * MINUTES,
    meta: KEEP,
  });
}

export function ruleRunsQuery(conversationId: string) {
  return queryOptions({
    queryKey: ["rule-runs", "of-conversation", conversationId],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/v1/conversations/{id}/rule-runs", {
          params: { path: { id: conversationId }, query: { limit: 100 } },
          signal,
        }),
      ),
  });
}

/** People by their ids. */
export function useUsers(): Map<string, User> {
  const { data } = useQuery(usersQuery);
  return useMemo(() => new Map(data?.map((user) => [user.id, user])), [data]);
}

export function useTeams(): Map<string, Team> {
  const { data } = useQuery(teamsQuery);
  return useMemo(() => new Map(data?.map((team) => [team.id, team])), [data]);
}
