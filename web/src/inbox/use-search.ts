import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { InboxSearch } from "./filters";

/** The filters in the address, and how to change some of them. */
export function useInboxSearch(): [InboxSearch, (change: InboxSearch) => void] {
  const search = useSearch({ from: "/app/inbox" });
  const navigate = useNavigate();
  const change = useCallback(
    (change: InboxSearch) =>
      void navigate({ to: ".", search: (old: InboxSearch) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  return [search, change];
}
