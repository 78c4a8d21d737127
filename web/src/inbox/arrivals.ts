/**
 * What events have changed in a thread lately. An answer that was on its way meanwhile may not know of it: it is done again
 * with what the answer says. Doing the same twice changes nothing.
 */

import type { InfiniteData } from "@tanstack/react-query";
import { session } from "@/api";
import type { MessagePage } from "./types";

export type Messages = InfiniteData<MessagePage, string | undefined>;
export type ThreadChange = (messages: Messages) => Messages;

/** Longer than any request takes. */
const REMEMBER_MS = 3 * 60_000;

const changes = new Map<string, { at: number; change: ThreadChange }[]>();

export function rememberChange(conversationId: string, change: ThreadChange): void {
  const now = Date.now();
  const recent = changes.get(conversationId)?.filter(({ at }) => at > now - REMEMBER_MS) ?? [];
  changes.set(conversationId, [...recent, { at: now, change }]);
}

/** Notes the moment; called when the answer is there, gives what has to be done again with it. */
export function sinceNow(conversationId: string): () => ThreadChange {
  const began = Date.now();
  return () => {
    const missed = changes.get(conversationId)?.filter(({ at }) => at >= began) ?? [];
    return (answer) => missed.reduce((messages, { change }) => change(messages), answer);
  };
}

export function forgetChanges(): void {
  changes.clear();
}

session.whenSignedOut(forgetChanges);
