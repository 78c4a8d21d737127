/** What operators do to the queue. */

import { all, api, ok } from "@/api";
import { deadLettersPage, type Hold, type LetterFilter } from "./queries";

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

export const cancelJobs = (ids: number[]) =>
  inBatches(ids, (ids) => ok(api.POST("/api/v1/queue/jobs/cancel", { body: { ids } })));

export const retryJobs = (ids: number[]) =>
  inBatches(ids, (ids) => ok(api.POST("/api/v1/queue/jobs/retry", { body: { ids } })));

/** How many of them are gone or live again. */
export const replayLetters = (ids: number[]) =>
  inBatches(ids, (ids) => ok(api.POST("/api/v1/queue/dead-letters/replay", { body: { ids } })));

export const discardLetters = (ids: number[]) =>
  inBatches(ids, (ids) => ok(api.POST("/api/v1/queue/dead-letters/discard", { body: { ids } })));

/** Everything that a filter finds: what people are asked about is what is done, also when more die meanwhile. */
export async function lettersOf(filter: LetterFilter): Promise<number[]> {
  const letters = await all((cursor) => deadLettersPage(filter, { limit: 200, cursor }));
  return letters.map(({ id }) => id);
}

/** The server takes so many ids at once. */
const MOST = 1000;

/** One batch after another: they are done in their order, and the queue has other work. */
export async function inBatches<Answer>(ids: number[], send: (ids: number[]) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < ids.length; at += MOST) {
    answers.push(await send(ids.slice(at, at + MOST)));
  }
  return answers;
}

export const replayLetter = (id: number) =>
  ok(api.POST("/api/v1/queue/dead-letters/{id}/replay", { params: { path: { id } } }));

export const editLetter = (id: number, args: Record<string, unknown>) =>
  ok(api.PATCH("/api/v1/queue/dead-letters/{id}", { params: { path: { id } }, body: { args } }));

export const enableSchedule = (id: string, enabled: boolean) =>
  ok(api.PUT("/api/v1/queue/schedules/{id}/enabled", { body: { enabled }, params: { path: { id } } }));
