/** The accounts over which customers are met, and the channels that these are of. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { all, api, type components, ok } from "@/api";
import type { SelectOption } from "@/ui";
import { KEEP } from "./queries";

export type Channel = components["schemas"]["Channel"];

const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: ({ signal }) =>
    all((cursor) => ok(api.GET("/api/v1/channels", { params: { query: { limit: 200, cursor } }, signal }))),
  // One that no longer sends is to be seen soon, and one that is mended as well.
  staleTime: 60_000,
  refetchInterval: ({ state }) => (state.data?.some(({ status }) => status !== "active") ? 60_000 : false),
  meta: KEEP,
});

/** The account of a conversation. */
export function useChannelOf(connectionId: string | null | undefined): Channel | undefined {
  return useQuery(channelsQuery).data?.find((channel) => channel.connection_id === connectionId);
}

/** What people call a channel. */
export function useChannelName(): (channel: string) => string {
  const { data } = useQuery(channelsQuery);
  return (plugin) => data?.find(({ plugin_id }) => plugin_id === plugin)?.plugin_name ?? plugin;
}

/** Channels to choose from. */
export function useChannels(): SelectOption[] {
  const { data = [] } = useQuery(channelsQuery);
  const names = new Map(data.map(({ plugin_id, plugin_name }) => [plugin_id, plugin_name]));
  return [...names].map(([value, label]) => ({ value, label }));
}

/** Accounts to choose from; those over which something can be sent, if that matters. */
export function useAccounts({ sending = false } = {}): SelectOption[] {
  const { data = [] } = useQuery(channelsQuery);
  return data
    .filter((channel) => !sending || channel.sends)
    .map(({ connection_id, name }) => ({ value: connection_id, label: name }));
}
