/** Tells the server how the person is there, and what they look at. It holds for a minute, so it is said again before. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, ok, useMay, useMe } from "@/api";
import type { PresenceState } from "@/ui";
import { presenceQuery } from "../queries";
import { availability, belong, hear, onAvailability } from "./availability";

const AGAIN_MS = 25_000;
/** Less than the minute for which it holds. */
const HOLDS_MS = 50_000;
/** Which window of this browser was looked at last, and when. */
const LOOKED_AT = "signalbox.looked-at";
const WINDOW = crypto.randomUUID();
let watched: string | undefined;
/** Nothing is said before it is known what the person has said elsewhere. */
let begun = false;
let saidAt = 0;

/** While the component is there, this conversation is what the person looks at. */
export function useWatching(conversationId: string): void {
  useEffect(() => {
    watched = conversationId;
    void say();
    return () => {
      if (watched === conversationId) watched = undefined;
      // Whoever goes on to another conversation says that instead.
      setTimeout(() => watched ?? void say());
    };
  }, [conversationId]);
}

/** Once, for as long as the person is signed in. */
export function useHeartbeat(): void {
  const { user } = useMe();
  const may = useMay();
  const { data: told, isPending } = useQuery({
    ...presenceQuery,
    enabled: may("work_conversations"),
    select: (everybody) => {
      const own = everybody.find(({ user_id }) => user_id === user.id);
      return own ? { status: own.status, text: own.status_text ?? "" } : null;
    },
  });
  useEffect(() => belong(user.id), [user.id]);
  useEffect(() => {
    if (!told) return;
    hear(told, Date.now() - saidAt < HOLDS_MS);
    // Another browser that nobody looks at has said so; but here they are.
    if (isLookedAt() && told.status !== status()) void say();
  }, [told]);
  useEffect(() => {
    if (isPending) return;
    begun = true;
    void say();
    const timer = setInterval(() => void say(), AGAIN_MS);
    document.addEventListener("visibilitychange", say);
    const end = onAvailability(() => void say());
    return () => {
      begun = false;
      end();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", say);
    };
  }, [isPending]);
}

function isLookedAt(): boolean {
  return document.visibilityState === "visible";
}

/** Whether another window of this browser speaks for the person. */
function isLookedAtElsewhere(): boolean {
  const [window, at] = (localStorage.getItem(LOOKED_AT) ?? "").split(" ");
  return window !== WINDOW && Date.now() - Number(at) < 2 * AGAIN_MS;
}

function status(): PresenceState {
  const { availability: chosen } = availability();
  if (chosen !== "automatic") return chosen;
  return isLookedAt() ? "online" : "away";
}

async function say(): Promise<void> {
  if (!begun || !navigator.onLine) return;
  if (isLookedAt()) localStorage.setItem(LOOKED_AT, `${WINDOW} ${Date.now()}`);
  else if (isLookedAtElsewhere()) return;
  const seen = status();
  const looking = isLookedAt() && seen !== "offline";
  try {
    await ok(
      api.PUT("/api/v1/presence/me", {
        body: {
          status: seen,
          status_text: availability().text || undefined,
          current_conversation_id: looking ? watched : undefined,
        },
      }),
    );
    saidAt = Date.now();
  } catch {
    // Nobody to tell: the next one will do.
  }
}
