/** The connections by their ids, for whoever may see them: jobs and pauses name them. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, items, ok, useMay } from "@/api";

export interface NamedConnection {
  id: string;
  name: string;
  plugin_id: string;
}

export const connectionsQuery = queryOptions({
  queryKey: ["connections", "names"],
  queryFn: async ({ signal }) => {
    const page = (cursor?: string) =>
      ok(api.GET("/api/v1/connections", { signal, params: { query: { limit: 200, cursor } } }));
    const all = new Map<string, NamedConnection>();
    for await (const { id, name, plugin_id } of items(page)) {
      all.set(id, { id, name, plugin_id });
    }
    return all;
  },
  staleTime: 60_000,
});

/** Empty for whoever may not see connections. */
export function useConnections(): ReadonlyMap<string, NamedConnection> {
  const may = useMay();
  const { data } = useQuery({ ...connectionsQuery, enabled: may("manage_connections") });
  return data ?? new Map();
}
