/** What many features show of the tenant: its people, teams, tags, brands and attributes. Each is kept once, under one key. */

import { queryOptions } from "@tanstack/react-query";
import { ok } from "signalbox-client";
import { all } from "./all";
import { api } from "./client";

const PAGE = 200;

export const usersQuery = queryOptions({
  queryKey: ["users", "all"],
  queryFn: ({ signal }) =>
    all((cursor) => ok(api.GET("/api/v1/users", { signal, params: { query: { limit: PAGE, cursor } } }))),
});

export const teamsQuery = queryOptions({
  queryKey: ["teams", "all"],
  queryFn: ({ signal }) =>
    all((cursor) => ok(api.GET("/api/v1/teams", { signal, params: { query: { limit: PAGE, cursor } } }))),
});

export const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/tags", { signal })),
});

export const brandsQuery = queryOptions({
  queryKey: ["brands"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/brands", { signal })),
});

export const attributesQuery = queryOptions({
  queryKey: ["attributes"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/attributes", { signal })),
});
