/** The channels of the tenant: plugins that conversations come over. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok, useMay } from "@/api";
import type { SelectOption } from "@/ui";
import { KEEP } from "./queries";

const pluginsQuery = queryOptions({
  queryKey: ["plugins"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/plugins", { signal })),
  staleTime: 300_000,
  meta: KEEP,
});

/** Those to choose from. */
export function useChannels(): SelectOption[] {
  const { data } = useQuery(pluginsQuery);
  const channels = data?.items.filter((plugin) => plugin.interfaces.includes("channel")) ?? [];
  return channels.map(({ id, name }) => ({ value: id, label: name }));
}

/** What people call a channel. */
export function useChannelName(): (channel: string) => string {
  const { data } = useQuery(pluginsQuery);
  return (channel) => data?.items.find(({ id }) => id === channel)?.name ?? channel;
}

const accountsQuery = queryOptions({
  queryKey: ["connections", "sending"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/connections", { params: { query: { limit: 200 } }, signal })),
  staleTime: 300_000,
});

/** Accounts over which a conversation can be begun. */
export function useAccounts(): SelectOption[] {
  const may = useMay();
  const channels = new Set(useChannels().map(({ value }) => value));
  const { data } = useQuery({ ...accountsQuery, enabled: may("manage_connections") });
  const sending = data?.items.filter(({ plugin_id, status }) => channels.has(plugin_id) && status === "active") ?? [];
  return sending.map(({ id, name }) => ({ value: id, label: name }));
}
