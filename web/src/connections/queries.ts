/** Connections, plugins and deliveries as the server tells of them. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { all, api, type components, ok, queryClient, tagged } from "@/api";
import type { FieldOption, OptionsSource } from "@/settings-form";

type Schemas = components["schemas"];
export type Connection = Schemas["Connection"];
export type Plugin = Schemas["Plugin"];
export type Capability = Schemas["Capability"];
export type Delivery = Schemas["Delivery"];
export type PluginCall = Schemas["PluginCall"];
export type ConnectionCheck = Schemas["ConnectionCheck"];

const PAGE = 50;
/** How often something that somebody waits for is asked for again. */
const WAITING_MS = 1500;

export const connectionsQuery = queryOptions({
  queryKey: ["connections", "list"],
  queryFn: ({ signal }) =>
    all((cursor) => ok(api.GET("/api/v1/connections", { signal, params: { query: { limit: 200, cursor } } }))),
  refetchInterval: 30_000,
});

export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "connection"],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/connections/{id}", { signal, params: { path: { id } } })),
    refetchInterval: 30_000,
  });

export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "health"],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/connections/{id}/health", { signal, params: { path: { id } } })),
    refetchInterval: 15_000,
  });

export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "settings"],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/connections/{id}/settings", { signal, params: { path: { id } } })),
    // A form that somebody is filling in does not change below their hands.
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const checkQuery = (id: string, check: string) =>
  queryOptions({
    queryKey: ["connections", id, "check", check],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/connections/{id}/checks/{check_id}", { signal, params: { path: { id, check_id: check } } })),
    refetchInterval: ({ state }) => (state.data?.done ? false : WAITING_MS),
  });

export const oauthQuery = (id: string, isWaiting: boolean) =>
  queryOptions({
    queryKey: ["connections", id, "oauth"],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/connections/{id}/oauth", { signal, params: { path: { id } } })),
    refetchInterval: isWaiting ? WAITING_MS : false,
  });

export const templatesQuery = (id: string, isWaiting: boolean) =>
  queryOptions({
    queryKey: ["connections", id, "templates"],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/connections/{id}/templates", { signal, params: { path: { id } } })),
    refetchInterval: isWaiting ? WAITING_MS : false,
  });

export const upgradeQuery = (id: string, to: string) =>
  queryOptions({
    queryKey: ["connections", id, "upgrade", to],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/connections/{id}/upgrade", { signal, params: { path: { id }, query: { to } } })),
  });

export const callsQuery = (id: string, failed: boolean) =>
  infiniteQueryOptions({
    queryKey: ["connections", id, "calls", { failed }],
    queryFn: ({ signal, pageParam }) => {
      const query = { failed: failed || undefined, limit: PAGE, cursor: pageParam };
      return ok(api.GET("/api/v1/connections/{id}/calls", { signal, params: { path: { id }, query } }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const endpointQuery = (id: string) =>
  queryOptions({
    queryKey: ["endpoints", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/endpoints/{id}", { signal, params: { path: { id } } })),
    // One of the operator's is none of the tenant's.
    retry: false,
  });

export const endpointsQuery = queryOptions({
  queryKey: ["endpoints", "list"],
  queryFn: async ({ signal }) =>
    (await ok(api.GET("/api/v1/endpoints", { signal, params: { query: { limit: 200 } } }))).items,
});

export const pluginsQuery = queryOptions({
  queryKey: ["plugins", "list"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/plugins", { signal }))).items,
});

export const pluginQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugins", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/plugins/{id}", { signal, params: { path: { id } } })),
  });

export const versionQuery = (id: string, version: string) =>
  queryOptions({
    queryKey: ["plugins", id, "version", version],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/plugins/{id}/versions/{version}", { signal, params: { path: { id, version } } })),
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const defaultsQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugins", id, "defaults"],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/plugins/{id}/defaults", { signal, params: { path: { id } } })),
    refetchOnWindowFocus: false,
  });

export interface DeliveryFilter {
  outcome?: string;
  connection_id?: string;
}

export const deliveriesQuery = (filter: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", filter],
    queryFn: ({ signal, pageParam }) => {
      const { connection_id } = filter;
      const outcome = filter.outcome as Schemas["DeliveryOutcome"] | undefined;
      return ok(
        api.GET("/api/v1/deliveries", {
          signal,
          params: { query: { outcome, connection_id, limit: PAGE, cursor: pageParam } },
        }),
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 10_000,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ["deliveries", "one", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/deliveries/{id}", { signal, params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.outcome === "received" ? WAITING_MS : false),
  });

/** The bytes as they came. */
export const bodyQuery = (id: string) =>
  queryOptions({
    queryKey: ["deliveries", "body", id],
    queryFn: async ({ signal }): Promise<ArrayBuffer> => {
      const answer = api.GET("/api/v1/deliveries/{id}/body", {
        signal,
        params: { path: { id } },
        parseAs: "arrayBuffer",
      });
      return (await ok(answer)) as unknown as ArrayBuffer;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the plugin of a connection offers for a field. */
export function optionsOf(id: string): OptionsSource {
  return {
    key: ["connections", id],
    load: async (field, search, signal) => {
      const query = { field, search: search || undefined };
      const answer = api.GET("/api/v1/connections/{id}/settings/options", {
        signal,
        params: { path: { id }, query },
      });
      const first = await ok(answer);
      const { response } = await answer;
      if (first.done) return first.items as unknown as FieldOption[];
      return later(id, response.headers.get("location") ?? "", signal);
    },
  };
}

/** Choices that were not there within half a minute: asked for again until they are. */
async function later(id: string, location: string, signal: AbortSignal): Promise<FieldOption[]> {
  const question = location.slice(location.lastIndexOf("/") + 1);
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, WAITING_MS));
    const path = { id, question_id: question };
    const answer = await ok(
      api.GET("/api/v1/connections/{id}/settings/options/{question_id}", { signal, params: { path } }),
    );
    if (answer.done) return answer.items as unknown as FieldOption[];
  }
  return [];
}

export async function refreshConnections(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["connections"] });
}

export async function refreshPlugins(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["plugins"] });
}
