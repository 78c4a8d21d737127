/** Who is signed in, and what they may do. */

import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { type components, ok } from "signalbox-client";
import { api } from "./client";

export type Me = components["schemas"]["Me"];
export type Permission = components["schemas"]["Permission"];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => ok(api.GET("/api/v1/auth/me")),
  staleTime: 60_000,
});

/** The person. The layout has loaded them before any page is shown. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** Asks whether the person may do something: `const may = useMay(); may("manage_rules")`. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}
