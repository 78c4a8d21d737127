import { useEffect, useRef } from "react";
import type { Conversation, Message } from "../types";

/** Counts a conversation as read when its end is on a screen that somebody looks at. */
export function useRead(
  conversation: Conversation,
  messages: Message[],
  atEnd: boolean,
  markRead: (id: string) => unknown,
): void {
  const told = useRef<string>(undefined);
  const { id, unread_count } = conversation;
  const last = messages.at(-1)?.id;
  useEffect(() => {
    if (!last || !atEnd || unread_count === 0) return;
    const tell = () => {
      if (document.visibilityState !== "visible" || told.current === last) return;
      told.current = last;
      void markRead(id);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [id, last, atEnd, unread_count, markRead]);
}
