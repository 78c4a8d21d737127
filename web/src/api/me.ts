/** Who is signed in, and what they may do. */

import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { type components, ok } from "signalbox-client";
import { api } from "./client";
import { session } from "./session";

export type Me = components["schemas"]["Me"];
export type Permission = components["schemas"]["Permission"];

const KEPT = "signalbox.me";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => {
    const me = await ok(api.GET("/api/v1/auth/me"));
    localStorage.setItem(KEPT, JSON.stringify(me));
    return me;
  },
  staleTime: 60_000,
});

/** Who was signed in last, for when the server cannot be asked. */
export function lastMe(): Me | undefined {
  const kept = localStorage.getItem(KEPT);
  return kept === null ? undefined : JSON.parse(kept);
}

session.whenSignedOut(() => localStorage.removeItem(KEPT));

/** The person. The layout has loaded them before any page is shown. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** Asks whether the person may do something: `const may = useMay(); may("manage_rules")`. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}
