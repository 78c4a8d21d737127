/** The connections by their ids, for whoever may see them: jobs and pauses name them. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { all, api, ok, useMay } from "@/api";

export interface NamedConnection {
  id: string;
  name: string;
  plugin_id: string;
}

export const connectionsQuery = queryOptions({
  queryKey: ["connections", "names"],
  queryFn: async ({ signal }) => {
    const connections = await all((cursor) =>
      ok(api.GET("/api/v1/connections", { signal, params: { query: { limit: 200, cursor } } })),
    );
    return new Map<string, NamedConnection>(
      connections.map(({ id, name, plugin_id }) => [id, { id, name, plugin_id }]),
    );
  },
  staleTime: 60_000,
});

/** Empty for whoever may not see connections. */
export function useConnections(): ReadonlyMap<string, NamedConnection> {
  const may = useMay();
  const { data } = useQuery({ ...connectionsQuery, enabled: may("manage_connections") });
  return data ?? new Map();
}
