/** What operators do to the queue. */

import { api, ok } from "@/api";
import type { Hold } from "./queries";

/** What a pause is about: all jobs, or those of a kind, a lane or a connection. */
export type Scope = { all: true } | { lane: string } | { kind: string } | { connection: string };

export function pause(scope: Scope): Promise<unknown> {
  if ("lane" in scope) {
    return ok(api.PUT("/api/v1/queue/pauses/lanes/{lane}", { params: { path: { lane: scope.lane } } }));
  }
  if ("kind" in scope) {
    return ok(api.PUT("/api/v1/queue/pauses/kinds/{kind}", { params: { path: { kind: scope.kind } } }));
  }
  if ("connection" in scope) {
    return ok(api.PUT("/api/v1/queue/pauses/connections/{id}", { params: { path: { id: scope.connection } } }));
  }
  return ok(api.PUT("/api/v1/queue/pauses/all"));
}

export function resume(scope: Scope): Promise<unknown> {
  if ("lane" in scope) {
    return ok(api.DELETE("/api/v1/queue/pauses/lanes/{lane}", { params: { path: { lane: scope.lane } } }));
  }
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
  if (hold.reason !== "paused" || hold.everyone) {
    return undefined;
  }
  const { lane, kind, connection_id: connection } = hold;
  const named = [lane, kind, connection].filter(Boolean).length;
  if (named > 1) {
    return undefined;
  }
  return lane ? { lane } : kind ? { kind } : connection ? { connection } : { all: true };
}

export const cancelJobs = (ids: number[]) => ok(api.POST("/api/v1/queue/jobs/cancel", { body: { ids } }));

export const retryJobs = (ids: number[]) => ok(api.POST("/api/v1/queue/jobs/retry", { body: { ids } }));

export type Which = { ids: number[] } | { kind: string } | { all: true };

export const replayLetters = (body: Which) => ok(api.POST("/api/v1/queue/dead-letters/replay", { body }));

export const discardLetters = (body: Which) => ok(api.POST("/api/v1/queue/dead-letters/discard", { body }));

export const replayLetter = (id: number) =>
  ok(api.POST("/api/v1/queue/dead-letters/{id}/replay", { params: { path: { id } } }));

export const editLetter = (id: number, args: Record<string, unknown>) =>
  ok(api.PATCH("/api/v1/queue/dead-letters/{id}", { params: { path: { id } }, body: { args } }));

export const enableSchedule = (id: string, enabled: boolean) =>
  ok(api.PUT("/api/v1/queue/schedules/{id}/enabled", { body: { enabled }, params: { path: { id } } }));
