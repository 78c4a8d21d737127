/**
 * The server, for all features.
 *
 * Queries: `useQuery({ queryKey: ["teams"], queryFn: ({ signal }) => ok(api.GET("/api/v1/teams", { signal })) })`, kept in
 * `<feature>/queries.ts`. The first part of a key is the plural noun of the resource; a mutation ends with
 * `queryClient.invalidateQueries({ queryKey: ["teams"] })`. `ok` throws `ProblemError`, which `ErrorState`, `ErrorNote` and
 * `toastError` understand; `fieldError(error, "/name")` is the message for one field.
 */

export { type components, ok, type Page, ProblemError } from "signalbox-client";
export { all } from "./all";
export { api } from "./client";
export { idempotencyKey } from "./idempotency";
export { lastMe, type Me, meQuery, type Permission, useMay, useMe } from "./me";
export { fieldError, isOffline, isProblem, listError, partError, type Words, words } from "./problems";
export { queryClient } from "./queries";
export { anonymous, session } from "./session";
export { type Tagged, tagged } from "./tagged";
export { attributesQuery, brandsQuery, tagsQuery, teamsQuery, usersQuery } from "./tenant";
