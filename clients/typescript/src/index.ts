/**
 * A typed client of the Signalbox API: openapi-fetch over the types of `schemas/openapi.json`, and what that leaves
 * open: tokens that are renewed, problems that are thrown, lists that go on page by page.
 */

export { connect, type Client } from "./client.js";
export { items, type Page } from "./pages.js";
export { ok, ProblemError, type Problem, type ProblemCode } from "./problem.js";
export { logIn, type Credentials, type Session } from "./session.js";
export type { components, operations, paths } from "./schema.js";
