/** Live updates for all pages: `useChannel("presence-inbox", { event: … })`. */

import { useEffect, useRef, useSyncExternalStore } from "react";
import { session } from "@/api";
import type { Listener } from "./channel";
import { type LinkState, RealtimeClient } from "./client";
import { authorize, isRefusal, openStream, socketAddress } from "./http";
import { EventStream } from "./stream";

export type { Listener } from "./channel";
export type { LinkState } from "./client";
export type { LogEvent } from "./protocol";

export const realtime = new RealtimeClient({
  address: socketAddress,
  authorize,
  online: () => navigator.onLine,
  open: (url) => new WebSocket(url),
  // Asks whether the session still is: if not, that ends it here as well.
  unauthorized: () => void session.renew().catch(() => undefined),
  isRefusal,
});

export const stream = new EventStream({
  open: openStream,
  hear: (frame, anew) => realtime.overhear(frame, anew),
  changed: realtime.tell,
  isRefusal,
});

/** Hears a channel while the component is there. */
export function useChannel(name: string | undefined, listener: Listener): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    if (!name) return;
    return realtime.subscribe(name, {
      event: (event) => latest.current.event?.(event),
      signal: (...told) => latest.current.signal?.(...told),
      fresh: () => latest.current.fresh?.(),
      members: (members) => latest.current.members?.(members),
      refused: () => latest.current.refused?.(),
    });
  }, [name]);
}

/** Whether what happens is shown at once, by whichever way. */
export function useLinkState(): LinkState {
  return useSyncExternalStore(realtime.onState, () => (stream.isLive ? "live" : realtime.state));
}
