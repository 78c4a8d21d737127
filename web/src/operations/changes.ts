/** What operators do to the queue. */

import { api, ok } from "@/api";
import type { Hold } from "./queries";

/** What a pause is about: all jobs, or those of a kind, a lane or a connection. */
export type Scope = { all: true } | { kind: string } | { connection: string };

export function pause(scope: Scope): Promise<unknown> {
  if ("kind" in scope) {
    return ok(api.PUT("/api/v1/queue/pauses/kinds/{kind}", { params: { path: { kind: scope.kind } } }));
  }
  if ("connection" in scope) {
    return ok(api.PUT("/api/v1/queue/pauses/connections/{id}", { params: { path: { id: scope.connection } } }));
  }
  return ok(api.PUT("/api/v1/queue/pauses/all"));
}

export function resume(scope: Scope): Promise<unknown> {
  if ("kind" in scope) {
    return ok(api.DELETE("/api/v1/queue/pauses/kinds/{kind}", { params: { path: { kind: scope.kind } } }));
  }
  if ("connection" in scope) {
    return ok(api.DELETE("/api/v1/queue/pauses/connections/{id}", { params: { path: { id: scope.connection } } }));
  }
  return ok(api.DELETE("/api/v1/queue/pauses/all"));
}

/** The scope of a pause that this tenant may lift; undefined for what is the operator's or lifts itself. */
export function scopeOf(hold: Hold): Scope | undefined {
  if (hold.reason !== "paused" || hold.everyone || hold.lane) {
    return undefined;
  }
  const { kind, connection_id: connection } = hold;
  if (kind && connection) {
    return undefined;
  }
  return kind ? { kind } : connection ? { connection } : { all: true };
}

export const cancelJob = (id: number) => ok(api.POST("/api/v1/queue/jobs/{id}/cancel", { params: { path: { id } } }));

export const retryJob = (id: number) => ok(api.POST("/api/v1/queue/jobs/{id}/retry", { params: { path: { id } } }));

export type Which = { ids: number[] } | { kind: string } | { all: true };

export const replayLetters = (body: Which) => ok(api.POST("/api/v1/queue/dead-letters/replay", { body }));

export const discardLetters = (body: Which) => ok(api.POST("/api/v1/queue/dead-letters/discard", { body }));

export const replayLetter = (id: number) =>
  ok(api.POST("/api/v1/queue/dead-letters/{id}/replay", { params: { path: { id } } }));

export const editLetter = (id: number, args: Record<string, unknown>) =>
  ok(api.PATCH("/api/v1/queue/dead-letters/{id}", { params: { path: { id } }, body: { args } }));

/** Does the same to each, a few at a time: how many went well, and the first reason why not all did. */
export async function each(ids: number[], change: (id: number) => Promise<unknown>) {
  const waiting = [...ids];
  let done = 0;
  let error: unknown;
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await change(id);
        done++;
      } catch (reason) {
        error ??= reason;
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return { done, failed: ids.length - done, error };
}
