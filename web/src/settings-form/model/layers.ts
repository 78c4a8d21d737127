/**
 * Settings in layers, as the server lays them (crates/manifest, `settings`): the schema's defaults, what the tenant gives
 * all its connections, and what one connection has of its own.
 */

import { has, isObject, type Json, type JsonObject, put } from "./json";
import { isWithin, toPath, valueAt, withValueAt } from "./pointer";
import { type AnySchema, defaultOf } from "./schema";

export type Origin = "own" | "tenant" | "default";

/** JSON Merge Patch (RFC 7396): objects member by member, `null` removes, the rest replaces. */
export function merge(target: Json | undefined, change: Json): Json {
  if (!isObject(change)) return change;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete merged[name];
    else put(merged, name, merge(has(merged, name) ? merged[name] : undefined, value));
  }
  return merged;
}

/** Fills in what a schema's properties have by default. A group that is absent stays so, unless it has a default itself. */
export function withDefaults(schema: AnySchema | undefined, settings: Json): Json {
  if (typeof schema !== "object" || !isObject(settings)) return settings;
  const filled = { ...settings };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const standard = typeof property === "object" ? defaultOf(property) : undefined;
    if (standard !== undefined && !has(filled, name)) put(filled, name, standard);
    const setting = has(filled, name) ? filled[name] : undefined;
    if (setting !== undefined) put(filled, name, withDefaults(property, setting));
  }
  return filled;
}

/** The settings that are in force: own over the tenant's over the schema's defaults. */
export function effective(schema: AnySchema, own: JsonObject, tenant: JsonObject): JsonObject {
  return withDefaults(schema, merge(tenant, own)) as JsonObject;
}

/** The part of the settings in force that is the connection's own. */
export function ownPart(values: JsonObject, origins: Record<string, Origin>): JsonObject {
  let own: JsonObject = {};
  for (const [pointer, origin] of Object.entries(origins)) {
    if (origin !== "own") continue;
    const value = valueAt(values, pointer);
    if (value !== undefined && toPath(pointer).length > 0) own = withValueAt(own, pointer, value as Json);
  }
  return own;
}

/** Where a value or a group comes from: what is own somewhere in a group makes it own. */
export function originWithin(origins: Record<string, Origin>, pointer: string): Origin | undefined {
  const inside = Object.entries(origins).filter(([at]) => isWithin(at, pointer));
  return (["own", "tenant", "default"] as const).find((origin) => inside.some(([, each]) => each === origin));
}
