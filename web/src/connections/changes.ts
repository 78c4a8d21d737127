/** What is done to connections, plugins and deliveries. */

import { api, type components, idempotencyKey, ok, ProblemError, type Tagged, tagged } from "@/api";
import type { FieldError, JsonObject } from "@/settings-form";

type Schemas = components["schemas"];
export type Created = Schemas["CreatedConnection"];

export function create(body: Schemas["CreateConnection"], key: string): Promise<Created> {
  return ok(api.POST("/api/v1/connections", { body, params: { header: { "Idempotency-Key": key } } }));
}

export function rename(id: string, name: string, tag: string) {
  const params = { path: { id }, header: { "If-Match": tag } };
  return ok(api.PATCH("/api/v1/connections/{id}", { params, body: { name } }));
}

export function setStatus(id: string, status: Schemas["Wanted"]) {
  return ok(api.PUT("/api/v1/connections/{id}/status", { params: { path: { id } }, body: { status } }));
}

export async function remove(id: string): Promise<void> {
  await ok(api.DELETE("/api/v1/connections/{id}", { params: { path: { id } } }));
}

export function test(id: string) {
  return ok(api.POST("/api/v1/connections/{id}/test", { params: { path: { id } } }));
}

export function authorize(id: string) {
  return ok(api.POST("/api/v1/connections/{id}/oauth/authorize", { params: { path: { id } } }));
}

export async function syncTemplates(id: string): Promise<void> {
  await ok(api.POST("/api/v1/connections/{id}/templates/sync", { params: { path: { id } } }));
}

export function upgrade(id: string, body: Schemas["UpgradeConnection"]) {
  return ok(api.POST("/api/v1/connections/{id}/upgrade", { params: { path: { id } }, body }));
}

export function rollBack(id: string) {
  return ok(api.POST("/api/v1/connections/{id}/rollback", { params: { path: { id } } }));
}

export function saveSettings(
  id: string,
  change: JsonObject,
  tag: string,
): Promise<Tagged<Schemas["ConnectionSettings"]>> {
  const params = { path: { id }, header: { "If-Match": tag } };
  return tagged(api.PATCH("/api/v1/connections/{id}/settings", { params, body: change }));
}

export function saveDefaults(plugin: string, settings: JsonObject, tag: string) {
  const params = { path: { id: plugin }, header: { "If-Match": tag } };
  return ok(api.PUT("/api/v1/plugins/{id}/defaults", { params, body: { settings } }));
}

export function saveEndpoint(id: string, settings: JsonObject, tag: string) {
  const params = { path: { id }, header: { "If-Match": tag } };
  return ok(api.PATCH("/api/v1/endpoints/{id}", { params, body: { settings } }));
}

export async function install(file: File) {
  const body = new Uint8Array(await file.arrayBuffer()) as unknown as string;
  return ok(
    api.POST("/api/v1/plugins", {
      body,
      bodySerializer: (bytes) => bytes as unknown as BodyInit,
      headers: { "Content-Type": "application/wasm" },
    }),
  );
}

export function installation(id: string) {
  return ok(api.GET("/api/v1/plugins/installations/{id}", { params: { path: { id } } }));
}

export async function uninstall(id: string, version: string): Promise<void> {
  await ok(api.DELETE("/api/v1/plugins/{id}/versions/{version}", { params: { path: { id, version } } }));
}

export function replay(id: string) {
  return ok(api.POST("/api/v1/deliveries/{id}/replay", { params: { path: { id } } }));
}

/**
 * The refusal of a request as errors of fields, whose pointers in the body begin with `prefix`. Anything that is not about
 * fields below it is thrown.
 */
export function fieldErrors(error: unknown, prefix: string): FieldError[] {
  if (!(error instanceof ProblemError) || error.problem.status !== 422 || !error.problem.errors?.length) throw error;
  const { errors } = error.problem;
  if (!errors.every(({ pointer }) => pointer.startsWith(prefix))) throw error;
  return errors.map(({ pointer, code, message }) => ({ pointer: pointer.slice(prefix.length), code, message }));
}

/** Whether it is certain that nothing came of a request: without an answer, or with a fault of the server, it is not. */
export function wasRefused(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status < 500 && error.code !== "in_progress";
}

export { idempotencyKey };
