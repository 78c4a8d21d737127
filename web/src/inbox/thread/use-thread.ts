import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useOutbox } from "../outbox";
import { conversationQuery, eventsQuery, messagesQuery } from "../queries";
import { timeline } from "./timeline";

/** Everything that a thread shows, with older parts on demand. */
export function useThread(id: string) {
  const detail = useQuery(conversationQuery(id));
  const messages = useInfiniteQuery({ ...messagesQuery(id), enabled: detail.isSuccess });
  const events = useInfiniteQuery({ ...eventsQuery(id), enabled: detail.isSuccess });
  const pending = useOutbox(id);

  const loaded = useMemo(() => messages.data?.pages.toReversed().flatMap((page) => page.items) ?? [], [messages.data]);
  const told = useMemo(() => events.data?.pages.toReversed().flatMap((page) => page.items) ?? [], [events.data]);
  const [oldestMessage, oldestEvent] = [loaded[0]?.occurred_at, told[0]?.occurred_at];
  const { hasNextPage, fetchStatus, isFetchNextPageError, fetchNextPage } = events;
  const mayGoOn = hasNextPage && fetchStatus === "idle" && !isFetchNextPageError;
  useEffect(() => {
    // What happened between the messages that are shown.
    if (mayGoOn && oldestMessage && oldestEvent && oldestEvent > oldestMessage) void fetchNextPage();
  }, [mayGoOn, fetchNextPage, oldestMessage, oldestEvent]);

  const entries = useMemo(
    () => timeline({ messages: loaded, hasOlder: messages.hasNextPage, events: told, pending }),
    [loaded, messages.hasNextPage, told, pending],
  );
  return { detail, messages: loaded, entries, older: messages, happened: events };
}
