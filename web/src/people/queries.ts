/** Everybody and everything that concerns them. Lists of people are short enough to be read whole. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { all, api, type components, idempotencyKey, ok, queryClient, tagged } from "@/api";

export { teamsQuery, usersQuery } from "@/api";

type Schemas = components["schemas"];
export type User = Schemas["User"];
export type Team = Schemas["Team"];
export type Role = Schemas["DescribedRole"];
export type ApiKey = Schemas["ApiKey"];
export type Invitation = Schemas["Invitation"];
export type AuditEntry = Schemas["AuditEntry"];
export type Member = Schemas["TeamMember"];

const PAGE = 200;

const once = () => ({ header: { "Idempotency-Key": idempotencyKey() } });

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/users/{id}", { signal, params: { path: { id } } })),
  });

export const userSessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "sessions", id],
    queryFn: async ({ signal }) =>
      (await ok(api.GET("/api/v1/users/{id}/sessions", { signal, params: { path: { id } } }))).items,
  });

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: ({ signal }) =>
    all((cursor) => ok(api.GET("/api/v1/invitations", { signal, params: { query: { limit: PAGE, cursor } } }))),
});

export const teamQuery = (id: string) =>
  queryOptions({
    queryKey: ["teams", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/teams/{id}", { signal, params: { path: { id } } })),
  });

export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: ["teams", "members", id],
    queryFn: ({ signal }) =>
      all((cursor) => {
        const params = { path: { id }, query: { limit: PAGE, cursor } };
        return ok(api.GET("/api/v1/teams/{id}/members", { signal, params }));
      }),
  });

export const rolesQuery = queryOptions({
  queryKey: ["roles", "all"],
  queryFn: async ({ signal }) => (await ok(api.GET("/api/v1/roles", { signal }))).items,
});

export const roleQuery = (id: string) =>
  queryOptions({
    queryKey: ["roles", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/roles/{id}", { signal, params: { path: { id } } })),
  });

export const apiKeysQuery = queryOptions({
  queryKey: ["api-keys"],
  queryFn: ({ signal }) =>
    all((cursor) => ok(api.GET("/api/v1/api-keys", { signal, params: { query: { limit: PAGE, cursor } } }))),
});

export interface AuditFilter {
  user_id?: string;
  target_kind?: string;
  target_id?: string;
  from?: string;
  until?: string;
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit-log", filter],
    queryFn: ({ signal, pageParam: cursor }) =>
      ok(api.GET("/api/v1/audit-log", { signal, params: { query: { ...filter, limit: 50, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

const path = (id: string) => ({ path: { id } });
const seen = (id: string, tag: string) => ({ path: { id }, header: { "If-Match": tag } });

/** Changes, one for each operation. */
export const change = {
  invite: (body: Schemas["CreateInvitation"]) => ok(api.POST("/api/v1/invitations", { body, params: once() })),
  resend: (id: string) => ok(api.POST("/api/v1/invitations/{id}/resend", { params: path(id) })),
  revokeInvitation: (id: string) => ok(api.DELETE("/api/v1/invitations/{id}", { params: path(id) })),
  createUser: (body: Schemas["CreateUser"]) => ok(api.POST("/api/v1/users", { body, params: once() })),
  updateUser: (id: string, tag: string, body: Schemas["UpdateUser"]) =>
    ok(api.PATCH("/api/v1/users/{id}", { body, params: seen(id, tag) })),
  resetPassword: (id: string) => ok(api.POST("/api/v1/users/{id}/password-reset", { params: path(id) })),
  removeSecondFactor: (id: string) => ok(api.DELETE("/api/v1/users/{id}/second-factor", { params: path(id) })),
  endSessions: (id: string) => ok(api.DELETE("/api/v1/users/{id}/sessions", { params: path(id) })),
  endSession: (id: string, session_id: string) =>
    ok(api.DELETE("/api/v1/users/{id}/sessions/{session_id}", { params: { path: { id, session_id } } })),
  createTeam: (body: Schemas["CreateTeam"]) => ok(api.POST("/api/v1/teams", { body, params: once() })),
  updateTeam: (id: string, tag: string, body: Schemas["UpdateTeam"]) =>
    ok(api.PATCH("/api/v1/teams/{id}", { body, params: seen(id, tag) })),
  deleteTeam: (id: string, tag: string) => ok(api.DELETE("/api/v1/teams/{id}", { params: seen(id, tag) })),
  putMember: (id: string, user_id: string, capacity: number | null) =>
    ok(api.PUT("/api/v1/teams/{id}/members/{user_id}", { body: { capacity }, params: { path: { id, user_id } } })),
  removeMember: (id: string, user_id: string) =>
    ok(api.DELETE("/api/v1/teams/{id}/members/{user_id}", { params: { path: { id, user_id } } })),
  createRole: (body: Schemas["CreateRole"]) => ok(api.POST("/api/v1/roles", { body, params: once() })),
  updateRole: (id: string, tag: string, body: Schemas["UpdateRole"]) =>
    ok(api.PATCH("/api/v1/roles/{id}", { body, params: seen(id, tag) })),
  deleteRole: (id: string, tag: string) => ok(api.DELETE("/api/v1/roles/{id}", { params: seen(id, tag) })),
  createKey: (body: Schemas["CreateApiKey"]) => ok(api.POST("/api/v1/api-keys", { body, params: once() })),
  revokeKey: (id: string) => ok(api.DELETE("/api/v1/api-keys/{id}", { params: path(id) })),
};

/** People, teams and roles name each other: after a change of one, all are asked for again. */
export async function refreshPeople(): Promise<void> {
  const keys = ["users", "teams", "roles", "invitations", "api-keys", "audit-log", "me"];
  await Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}
