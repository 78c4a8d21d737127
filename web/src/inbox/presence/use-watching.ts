/** Tells the server that the person is there, and what they look at. It holds for a minute, so it is said again before. */

import { useEffect } from "react";
import { api } from "@/api";
import { availability, onAvailability } from "./availability";

const AGAIN_MS = 25_000;
let watched: string | undefined;

/** While the component is there, this conversation is what the person looks at. */
export function useWatching(conversationId: string): void {
  useEffect(() => {
    watched = conversationId;
    void say();
    return () => {
      if (watched === conversationId) watched = undefined;
    };
  }, [conversationId]);
}

/** Once, for as long as the person is signed in. */
export function useHeartbeat(): void {
  useEffect(() => {
    void say();
    const timer = setInterval(() => void say(), AGAIN_MS);
    document.addEventListener("visibilitychange", say);
    const end = onAvailability(() => void say());
    return () => {
      end();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", say);
    };
  }, []);
}

function presence(): "online" | "away" {
  const chosen = availability();
  if (chosen !== "automatic") return chosen;
  return document.visibilityState === "visible" ? "online" : "away";
}

async function say(): Promise<void> {
  if (!navigator.onLine) return;
  const status = presence();
  try {
    await api.PUT("/api/v1/presence/me", {
      body: { status, current_conversation_id: document.visibilityState === "visible" ? watched : undefined },
    });
  } catch {
    // Nobody to tell: the next one will do.
  }
}
