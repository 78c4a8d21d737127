import { queryOptions } from "@tanstack/react-query";
import { api, meQuery, ok, queryClient, tagged } from "@/api";

export const factorQuery = queryOptions({
  queryKey: ["second-factor"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/auth/second-factor", { signal })),
});

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/auth/sessions", { signal }))).items,
});

/** One's own name, in the version that is there now: nobody else is likely to write it at the same time. */
export async function rename(id: string, name: string) {
  const { tag } = await tagged(api.GET("/api/v1/users/{id}", { params: { path: { id } } }));
  return ok(api.PATCH("/api/v1/users/{id}", { body: { name }, params: { path: { id }, header: { "If-Match": tag } } }));
}

export const setPassword = (id: string, current_password: string, new_password: string) =>
  ok(api.PUT("/api/v1/users/{id}/password", { body: { current_password, new_password }, params: { path: { id } } }));

export const beginFactor = (password: string) => ok(api.POST("/api/v1/auth/second-factor", { body: { password } }));

export const confirmFactor = (code: string) =>
  ok(api.POST("/api/v1/auth/second-factor/confirmation", { body: { code } }));

export const removeFactor = (password: string) => ok(api.DELETE("/api/v1/auth/second-factor", { body: { password } }));

export const renewCodes = (password: string) =>
  ok(api.POST("/api/v1/auth/second-factor/recovery-codes", { body: { password } }));

export const endSession = (id: string) => ok(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } }));

export const endOtherSessions = () => ok(api.DELETE("/api/v1/auth/sessions"));

export async function refreshFactor(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: factorQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: meQuery.queryKey }),
  ]);
}
