import { useRef } from "react";
import { realtime } from "@/realtime";

/** Said at most so often: the others forget it after five seconds. */
const EVERY_MS = 3_000;

/** Tells the others in a conversation that one is writing, or with `stop` no longer. */
export function useTypingSignal(conversationId: string): { write: () => void; stop: () => void } {
  const last = useRef(0);
  const tell = (typing: boolean) =>
    realtime.trigger(`presence-conversation-${conversationId}`, "client-typing", { typing });
  return {
    write: () => {
      const now = Date.now();
      if (now - last.current < EVERY_MS) return;
      last.current = now;
      tell(true);
    },
    stop: () => {
      if (last.current === 0) return;
      last.current = 0;
      tell(false);
    },
  };
}
