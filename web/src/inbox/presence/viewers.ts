/** Who has a conversation open, and who writes in it; by its presence channel. */

import { useSyncExternalStore } from "react";
import { queryClient, useMe } from "@/api";
import { useChannel } from "@/realtime";
import { forget, onConversationEvent } from "../live";
import { conversationQuery, eventsQuery } from "../queries";

/** A sign of typing lapses after so long. */
const TYPING_MS = 5_000;

interface Room {
  viewers: string[];
  typing: string[];
}

const EMPTY: Room = { viewers: [], typing: [] };
const rooms = new Map<string, Room>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

/** Hears everything about the conversation that is open. Once for each. */
export function useRoom(conversationId: string): void {
  const { user } = useMe();
  useChannel(`private-conversation-${conversationId}`, {
    event: (event) => {
      if (event.type === "message.created" && event.actor.id) stopped(conversationId, event.actor.id);
      onConversationEvent(conversationId, event, user.id);
    },
    refused: () => forget(conversationId),
    fresh: () => {
      void queryClient.invalidateQueries({ queryKey: conversationQuery(conversationId).queryKey });
      void queryClient.invalidateQueries({ queryKey: eventsQuery(conversationId).queryKey });
    },
  });
  useChannel(`presence-conversation-${conversationId}`, {
    members: (members) => change(conversationId, { viewers: [...members.keys()] }),
    signal: (name, data, userId) => {
      if (name !== "client-typing" || !userId || userId === user.id) return;
      const { typing: on = true } = data as { typing?: boolean };
      if (on) typing(conversationId, userId);
      else stopped(conversationId, userId);
    },
  });
}

export function useViewers(conversationId: string): string[] {
  return useRoomState(conversationId).viewers;
}

export function useTypists(conversationId: string): string[] {
  return useRoomState(conversationId).typing;
}

function useRoomState(id: string): Room {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => rooms.get(id) ?? EMPTY,
  );
}

function typing(id: string, userId: string): void {
  const { typing } = rooms.get(id) ?? EMPTY;
  if (!typing.includes(userId)) change(id, { typing: [...typing, userId] });
  const key = `${id} ${userId}`;
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => stopped(id, userId), TYPING_MS),
  );
}

function stopped(id: string, userId: string): void {
  const { typing } = rooms.get(id) ?? EMPTY;
  if (typing.includes(userId)) change(id, { typing: typing.filter((one) => one !== userId) });
}

function change(id: string, part: Partial<Room>): void {
  rooms.set(id, { ...(rooms.get(id) ?? EMPTY), ...part });
  for (const listener of listeners) listener();
}
