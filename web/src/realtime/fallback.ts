/** Without a live connection, what is on the screen is asked for again every 30 seconds. */

import type { QueryClient } from "@tanstack/react-query";
import type { RealtimeClient } from "./client";

export const POLL_MS = 30_000;
/** A short break is no reason: the socket comes back and tells what was missed. */
const PATIENCE_MS = 5_000;

/** Watches the connection. Gives what ends it. */
export function pollWhenDown(realtime: RealtimeClient, queries: QueryClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const poll = () => {
    void queries.invalidateQueries({ queryKey: ["conversations"], refetchType: "active" });
    timer = setTimeout(poll, POLL_MS);
  };
  const look = () => {
    if (realtime.state === "live") {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(poll, PATIENCE_MS);
    }
  };
  const unsubscribe = realtime.onState(look);
  look();
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
