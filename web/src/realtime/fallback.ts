/**
 * Without a WebSocket the same events come as a stream; without that, too, what is on the screen is asked for again every 30
 * seconds.
 */

import type { QueryClient } from "@tanstack/react-query";
import type { RealtimeClient } from "./client";
import type { EventStream } from "./stream";

export const POLL_MS = 30_000;
/** A short break is no reason: the socket comes back and tells what was missed. */
const PATIENCE_MS = 5_000;
/** After so many attempts in vain it is not the network that is away, but the way. */
const ATTEMPTS = 2;

/** Watches the connection. Gives what ends it. */
export function fallBack(socket: RealtimeClient, stream: EventStream, queries: QueryClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const poll = () => {
    if (navigator.onLine) void queries.invalidateQueries({ queryKey: ["conversations"], refetchType: "active" });
    timer = setTimeout(poll, POLL_MS);
  };
  const look = () => {
    if (socket.state === "live") stream.stop();
    else if (socket.failures >= ATTEMPTS && navigator.onLine) stream.follow(socket.channelNames);
    if (socket.state === "live" || stream.isLive) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(poll, PATIENCE_MS);
    }
  };
  const unsubscribe = socket.onState(look);
  look();
  return () => {
    unsubscribe();
    stream.stop();
    clearTimeout(timer);
  };
}
