import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, idempotencyKey, ok, queryClient } from "@/api";

type Schemas = components["schemas"];
export type Rule = Schemas["Rule"];
export type Preset = Schemas["Preset"];
export type RuleRun = Schemas["RuleRun"];
export type NewRule = Schemas["CreateRule"];

export const rulesQuery = queryOptions({
  queryKey: ["rules", "list"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/rules", { signal }))).items,
});

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ["rules", "one", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/rules/{id}", { signal, params: { path: { id } } })),
    retry: false,
  });

export const presetsQuery = queryOptions({
  queryKey: ["rules", "presets"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/rules/presets", { signal }))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The same file that the server checks with. */
export const schemaQuery = queryOptions({
  queryKey: ["rules", "schema"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/rules/schema", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export interface RunFilter {
  rule_id?: string;
  conversation_id?: string;
}

export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ["rules", "runs", filter],
    queryFn: ({ signal, pageParam: cursor }) =>
      ok(api.GET("/api/v1/rule-runs", { signal, params: { query: { ...filter, limit: 50, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 5_000,
    // Pages are asked for one after another: a long list is renewed less often.
    refetchInterval: (query) => 5_000 * (query.state.data?.pages.length ?? 1),
  });

/** Rules are changed in the version that one has seen. */
const seen = (version: number) => `"${version}"`;

export const createRule = (body: NewRule) =>
  ok(api.POST("/api/v1/rules", { body, params: { header: { "Idempotency-Key": idempotencyKey() } } }));

export const updateRule = (id: string, version: number, body: Schemas["UpdateRule"]) =>
  ok(api.PATCH("/api/v1/rules/{id}", { body, params: { path: { id }, header: { "If-Match": seen(version) } } }));

export const deleteRule = (id: string, version: number) =>
  ok(api.DELETE("/api/v1/rules/{id}", { params: { path: { id }, header: { "If-Match": seen(version) } } }));

export const orderRules = (rule_ids: string[]) => ok(api.PUT("/api/v1/rules/order", { body: { rule_ids } }));

export const refreshRules = () => queryClient.invalidateQueries({ queryKey: ["rules"] });
