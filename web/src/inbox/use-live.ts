/** Keeps the inbox live, from wherever one is in the console. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useMe } from "@/api";
import { realtime, stream, useChannel } from "@/realtime";
import { fallBack } from "@/realtime/fallback";
import { onInboxEvent, onPresence } from "./live";
import { outbox } from "./outbox";

export function useLive(): void {
  const me = useMe();
  const queries = useQueryClient();
  const myId = me.user.id;
  useEffect(() => {
    realtime.start();
    const endFallback = fallBack(realtime, stream, queries);
    const endFlush = realtime.onState(() => realtime.state === "live" && outbox.flush());
    const back = () => {
      realtime.hurry();
      outbox.flush();
    };
    window.addEventListener("online", back);
    return () => {
      endFallback();
      endFlush();
      window.removeEventListener("online", back);
      realtime.stop();
    };
  }, [queries]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the device is another only for another person.
  useEffect(() => {
    const started = import("@/offline/start").then(({ startDevice }) => startDevice(queries, me));
    return () => void started.then((end) => end());
  }, [queries, myId]);
  useChannel("presence-inbox", {
    event: (event) => onInboxEvent(event, myId),
    signal: () => void onPresence(),
    members: () => void onPresence(),
    fresh: () => void queries.invalidateQueries({ queryKey: ["conversations"] }),
  });
}
