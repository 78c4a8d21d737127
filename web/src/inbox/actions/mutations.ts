/**
 * What one does with a conversation. It is shown at once; if the server refuses, it is taken back and said why.
 */

import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { api, type components, ok, partError, queryClient, useMe, words } from "@/api";
import { toast, toastError } from "@/ui";
import { knownConversation, patchConversation, putConversation } from "../cache";
import { conversationQuery, eventsQuery, queuesQuery } from "../queries";
import { useInboxText } from "../text";
import type { Conversation, ConversationStatus, Priority } from "../types";

type Schemas = components["schemas"];

interface Change<Wanted> {
  /** Asks the server. */
  send: (wanted: Wanted) => Promise<Conversation>;
  /** What is shown meanwhile. */
  patch: (conversation: Conversation, wanted: Wanted) => Conversation;
  done?: (conversation: Conversation, wanted: Wanted) => void;
}

function useChange<Wanted>(
  id: string,
  { send, patch, done }: Change<Wanted>,
): UseMutationResult<Conversation, Error, Wanted, () => void> {
  return useMutation({
    mutationFn: send,
    onMutate: (wanted) => patchConversation(id, (conversation) => patch(conversation, wanted)),
    onError: (error, _wanted, takeBack) => {
      takeBack?.();
      // What is true instead may be known to the server only.
      void queryClient.invalidateQueries({ queryKey: conversationQuery(id).queryKey });
      void queryClient.invalidateQueries({ queryKey: ["conversations", "list"] });
      toastError(error);
    },
    onSuccess: (conversation, wanted) => {
      putConversation(conversation);
      void queryClient.invalidateQueries({ queryKey: eventsQuery(id).queryKey });
      done?.(conversation, wanted);
    },
  });
}

const path = (id: string) => ({ path: { id } });

/** Gives it to somebody, or to nobody. */
export function useAssign(id: string) {
  return useChange<string | null>(id, {
    send: (user_id) => ok(api.PUT("/api/v1/conversations/{id}/assignee", { params: path(id), body: { user_id } })),
    patch: (conversation, user_id) => ({ ...conversation, assignee_id: user_id }),
    done: () => void queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey }),
  });
}

/** Takes it; of several who do so at once, one gets it. */
export function useTake(id: string) {
  const { user } = useMe();
  return useChange<void>(id, {
    send: () => ok(api.POST("/api/v1/conversations/{id}/take", { params: path(id) })),
    patch: (conversation) => ({ ...conversation, assignee_id: user.id }),
    done: () => void queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey }),
  });
}

/** The queue of the person's in which somebody has waited longest; `null` is the one of no team. */
async function longestWaiting(): Promise<string | null> {
  const queues = await queryClient.fetchQuery({ ...queuesQuery, staleTime: 0 });
  const [longest] = queues
    .filter((queue) => queue.waiting > 0)
    .sort((a, b) => (b.oldest_age_seconds ?? 0) - (a.oldest_age_seconds ?? 0));
  return longest?.team_id ?? null;
}

/** Takes what has waited longest: in a queue, or in all of the person's where none is named. */
export function useTakeNext(onTaken: (id: string) => void) {
  const t = useInboxText();
  return useMutation({
    mutationFn: async (team?: string | null) => {
      const team_id = team === undefined ? await longestWaiting() : team;
      return ok(api.POST("/api/v1/queues/take-next", { body: { team_id } }));
    },
    onSuccess: (conversation: Conversation | undefined) => {
      if (!conversation) return toast({ title: t.nothingWaits });
      putConversation(conversation);
      void queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey });
      onTaken(conversation.id);
    },
    onError: (error) => toastError(error),
  });
}

/** Moves it, and offers the way back. */
export function useSetStatus(id: string) {
  const t = useInboxText();
  const put = (body: Schemas["SetStatus"]) =>
    ok(api.PUT("/api/v1/conversations/{id}/status", { params: path(id), body }));
  const back = async (before: Schemas["SetStatus"]) => {
    try {
      putConversation(await put(before));
    } catch (error) {
      toastError(error);
    }
  };
  const change = useChange<Schemas["SetStatus"] & { from: ConversationStatus; fromUntil?: string }>(id, {
    send: ({ from: _from, fromUntil: _fromUntil, ...body }) => put(body),
    patch: (conversation, { status, until }) => ({ ...conversation, status, snoozed_until: until ?? null }),
    done: (_conversation, { status, from, fromUntil: until }) => {
      const over = from === "snoozed" && !(until && Date.parse(until) > Date.now());
      const undoable = from !== status && from !== "new" && !over && !(status === "closed" && from !== "open");
      const undo = () => void back({ status: from, ...(from === "snoozed" ? { until } : {}) });
      toast({ title: t.moved(t.statuses[status]), undo: undoable ? undo : undefined });
    },
  });
  type Wanted = Schemas["SetStatus"] & { from: ConversationStatus };
  return {
    isPending: change.isPending,
    mutate: (wanted: Wanted) =>
      change.mutate({ ...wanted, fromUntil: knownConversation(id)?.snoozed_until ?? undefined }),
  };
}

export function useUpdate(id: string) {
  return useChange<Schemas["UpdateConversation"]>(id, {
    send: (body) => ok(api.PATCH("/api/v1/conversations/{id}", { params: path(id), body })),
    patch: (conversation, { priority, ...change }) => ({
      ...conversation,
      ...(change as Partial<Conversation>),
      priority: (priority as Priority | undefined) ?? conversation.priority,
    }),
  });
}

export function useTagging(id: string) {
  return useChange<{ tag: string; add: boolean }>(id, {
    send: ({ tag, add }) => {
      const options = { params: { path: { id, tag } } };
      return add
        ? ok(api.PUT("/api/v1/conversations/{id}/tags/{tag}", options))
        : ok(api.DELETE("/api/v1/conversations/{id}/tags/{tag}", options));
    },
    patch: (conversation, { tag, add }) => ({
      ...conversation,
      tags: [...conversation.tags.filter((one) => one !== tag), ...(add ? [tag] : [])].sort(),
    }),
  });
}

export function useTransfer(id: string) {
  const t = useInboxText();
  return useChange<Schemas["Transfer"]>(id, {
    send: (body) => ok(api.PUT("/api/v1/conversations/{id}/team", { params: path(id), body })),
    patch: (conversation, { team_id }) => ({ ...conversation, team_id, assignee_id: null }),
    done: () => toast({ title: t.transferred }),
  });
}

export function useArchive(id: string) {
  const t = useInboxText();
  const send = (archived: boolean) =>
    archived
      ? ok(api.PUT("/api/v1/conversations/{id}/archive", { params: path(id) }))
      : ok(api.DELETE("/api/v1/conversations/{id}/archive", { params: path(id) }));
  return useChange<boolean>(id, {
    send,
    patch: (conversation, archived) => ({
      ...conversation,
      archived_at: archived ? new Date().toISOString() : null,
    }),
    done: (_conversation, archived) =>
      archived && toast({ title: t.archivedDone, undo: () => void send(false).then(putConversation, toastError) }),
  });
}

export function useEscalate(id: string) {
  return useChange<Schemas["Escalate"]>(id, {
    send: (body) => ok(api.POST("/api/v1/conversations/{id}/escalations", { params: path(id), body })),
    patch: (conversation) => ({ ...conversation, escalated_at: new Date().toISOString() }),
  });
}

/** Takes a merge back: what went comes back. */
export async function unmerge(id: string): Promise<void> {
  try {
    await ok(api.DELETE("/api/v1/conversations/{id}/merge", { params: path(id) }));
    await queryClient.invalidateQueries({ queryKey: ["conversations"] });
  } catch (error) {
    toastError(error);
  }
}

/** Makes it part of another, and offers the way back. */
export function useMerge(id: string, onMerged: (into: string) => void) {
  const t = useInboxText();
  return useMutation({
    mutationFn: (into: string) =>
      ok(api.POST("/api/v1/conversations/{id}/merge", { params: path(id), body: { into } })),
    onSuccess: (_conversation, into) => {
      void queryClient.invalidateQueries({ queryKey: ["conversations"] });
      toast({ title: t.merged, undo: () => void unmerge(id) });
      onMerged(into);
    },
  });
}

/** Same for many; says how many it was done with, and offers the way back from the archive. */
export function useBulk(onDone: () => void) {
  const t = useInboxText();
  const send = (body: Schemas["Bulk"]) => ok(api.POST("/api/v1/conversations/bulk", { body }));
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ["conversations"] });
  return useMutation({
    mutationFn: send,
    onSuccess: ({ succeeded, failed, results }, { action }) => {
      refresh();
      const ids = results.filter((result) => result.ok).map(({ id }) => id);
      const bringBack = () =>
        void send({ ids, action: { type: "archive", archived: false } }).then(refresh, toastError);
      const undo = action.type === "archive" && ids.length > 0 ? bringBack : undefined;
      const why = results.find((result) => !result.ok)?.problem;
      const said = why ? words(partError(why)) : undefined;
      const detail = said && [said.title, said.detail].filter(Boolean).join(". ");
      if (failed > 0) toast({ title: t.bulkFailed(failed), detail, tone: "danger", undo });
      else toast({ title: t.bulkDone(succeeded), undo });
      onDone();
    },
    onError: (error) => toastError(error),
  });
}

/** Counts everything as read. Not worth a word if it fails: it is tried with the next message. */
export async function markRead(id: string): Promise<void> {
  patchConversation(id, (conversation) => ({ ...conversation, unread_count: 0 }));
  if (!navigator.onLine) return;
  try {
    await ok(api.POST("/api/v1/conversations/{id}/read", { params: path(id) }));
    await queryClient.invalidateQueries({ queryKey: ["conversations", "unread"] });
  } catch {
    // It is read again with the next look.
  }
}
