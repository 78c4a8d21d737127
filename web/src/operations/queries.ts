/** The queue as the server tells of it. What is on the screen is asked for again every two seconds. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, isProblem, ok, queryClient } from "@/api";
import { history } from "./history";

export type Job = components["schemas"]["Job"];
export type JobDetails = components["schemas"]["JobDetails"];
export type DeadLetter = components["schemas"]["DeadLetter"];
export type DeadLetterDetails = components["schemas"]["DeadLetterDetails"];
export type LaneStats = components["schemas"]["LaneStats"];
export type KindStats = components["schemas"]["KindStats"];
export type Hold = components["schemas"]["Pause"];
export type Worker = components["schemas"]["Worker"];
export type Schedule = components["schemas"]["Schedule"];
export type Minute = components["schemas"]["QueueMinute"];

const LIVE_MS = 2000;
/** For what is shown on pages that are not about the queue. */
const CALM_MS = 30_000;
const PAGE = 50;

export const LANES = ["live", "automation", "notify", "timers", "bulk"];
export const STATES = ["ready", "delayed", "parked", "held", "running"];

export interface JobFilter {
  lane?: string;
  kind?: string;
  state?: string;
  key?: string;
  connection_id?: string;
}

export const statsQuery = queryOptions({
  queryKey: ["queue", "stats"],
  queryFn: async ({ signal }) => {
    const stats = await ok(api.GET("/api/v1/queue/stats", { signal }));
    history.add(Date.now(), stats);
    return stats;
  },
  refetchInterval: LIVE_MS,
  staleTime: LIVE_MS,
});

export const holdsQuery = queryOptions({
  queryKey: ["queue", "pauses"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/queue/pauses", { signal }))).items,
  staleTime: LIVE_MS,
  refetchInterval: LIVE_MS,
});

/** The same for the banner that every page shows. */
export const calmHoldsQuery = queryOptions({ ...holdsQuery, staleTime: CALM_MS, refetchInterval: CALM_MS });

export const jobsQuery = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: ["queue", "jobs", filter],
    queryFn: ({ signal, pageParam }) =>
      ok(api.GET("/api/v1/queue/jobs", { signal, params: { query: { ...filter, limit: PAGE, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Pages are asked for one after another: a long list is renewed less often.
    refetchInterval: (query) => LIVE_MS * (query.state.data?.pages.length ?? 1),
    placeholderData: keepPreviousData,
  });

export const jobQuery = (id: number) =>
  queryOptions({
    queryKey: ["queue", "job", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/queue/jobs/{id}", { signal, params: { path: { id } } })),
    // Gone is how a job ends.
    refetchInterval: (query) => (isProblem(query.state.error, "not_found") ? false : LIVE_MS),
    retry: false,
  });

export type LetterFilter = Omit<JobFilter, "state">;

export const deadLettersPage = (
  filter: LetterFilter,
  page: { limit: number; cursor: string | undefined },
  signal?: AbortSignal,
) => ok(api.GET("/api/v1/queue/dead-letters", { signal, params: { query: { ...filter, ...page } } }));

export const deadLettersQuery = (filter: LetterFilter) =>
  infiniteQueryOptions({
    queryKey: ["queue", "dead-letters", filter],
    queryFn: ({ signal, pageParam: cursor }) => deadLettersPage(filter, { limit: PAGE, cursor }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => LIVE_MS * (query.state.data?.pages.length ?? 1),
    placeholderData: keepPreviousData,
  });

export const deadLetterQuery = (id: number) =>
  queryOptions({
    queryKey: ["queue", "dead-letter", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/queue/dead-letters/{id}", { signal, params: { path: { id } } })),
    retry: false,
  });

export const workersQuery = queryOptions({
  queryKey: ["queue", "workers"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/queue/workers", { signal }))).items,
  refetchInterval: 5000,
});

export const schedulesQuery = infiniteQueryOptions({
  queryKey: ["queue", "schedules"],
  queryFn: ({ signal, pageParam: cursor }) =>
    ok(api.GET("/api/v1/queue/schedules", { signal, params: { query: { limit: PAGE, cursor } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  refetchInterval: CALM_MS,
});

/** What became of attempts, minute by minute; the server learns of it some seconds late. */
export const minutesQuery = (minutes: number) =>
  queryOptions({
    queryKey: ["queue", "history", minutes],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/queue/history", { signal, params: { query: { minutes } } })),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

/** Everything of the queue: after a change of it, much of it is different. */
export const refreshQueue = () => queryClient.invalidateQueries({ queryKey: ["queue"] });
