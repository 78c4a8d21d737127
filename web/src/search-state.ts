/** Filters, tabs and what is open live in the address, so that a link or a reload shows the same. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** What the address says, and a way to change parts of it; a part that is undefined or empty leaves the address. */
export function useSearchState<State extends object>(): [State, (change: Partial<State>) => void] {
  const given: object = useSearch({ strict: false });
  const state = given as State;
  const navigate = useNavigate();
  const change = useCallback(
    (parts: Partial<State>) => {
      const search = (before: object) => {
        const all = Object.entries({ ...before, ...parts });
        return Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== ""));
      };
      void navigate({ to: ".", search: search as never, replace: true });
    },
    [navigate],
  );
  return [state, change];
}

/** Takes these texts from the address and nothing else; for `validateSearch` of a route. */
export function texts<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [name in Name]?: string } => {
    const given = names.filter((name) => typeof search[name] === "string" || typeof search[name] === "number");
    return Object.fromEntries(given.map((name) => [name, String(search[name])])) as { [name in Name]?: string };
  };
}
