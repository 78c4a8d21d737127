import { useRef } from "react";
import { realtime } from "@/realtime";

/** Said at most so often: the others forget it after five seconds. */
const EVERY_MS = 3_000;

/** Tells the others in a conversation that one is writing. */
export function useTypingSignal(conversationId: string): () => void {
  const last = useRef(0);
  return () => {
    const now = Date.now();
    if (now - last.current < EVERY_MS) return;
    last.current = now;
    realtime.trigger(`presence-conversation-${conversationId}`, "client-typing", {});
  };
}
