/** Values to begin with: of a new entry, of a group that is set up, of a form that has just been opened. */

import { has, isObject, type Json, type JsonObject, put } from "../model/json";
import { withDefaults } from "../model/layers";
import { type AnySchema, defaultOf, dereference, isSecret, type Schema } from "../model/schema";

/** A new value for a schema; `undefined` where a person has to say it. */
export function newValue(part: AnySchema | undefined, root: Schema): Json | undefined {
  const schema = dereference(part, root);
  if (typeof schema !== "object") return undefined;
  const standard = defaultOf(schema);
  if (standard !== undefined) return standard;
  if (schema.const !== undefined) return schema.const;
  const form = (schema.oneOf ?? schema.anyOf)?.[0];
  if (form !== undefined && schema.properties === undefined) return newValue(form, root);
  if (schema.type === "boolean") return false;
  if (schema.type === "array") return [];
  if (schema.type === "object" || schema.properties) return begun(schema, withDefaults(schema, {}) as JsonObject, root);
  return undefined;
}

/**
 * An object with what it cannot be without and what leaves nothing to say: constants, groups, and switches that are off.
 * Secrets and choices are left to the person.
 */
export function begun(schema: Schema, value: JsonObject, root: Schema): JsonObject {
  const filled = { ...value };
  for (const name of schema.required ?? []) {
    const part = schema.properties?.[name];
    if (part === undefined || isSecret(part)) continue;
    const present = has(filled, name) ? filled[name] : undefined;
    const inner = dereference(part, root);
    if (isObject(present) && typeof inner === "object") put(filled, name, begun(inner, present, root));
    if (present !== undefined || hasChoice(inner) || isList(inner)) continue;
    const start = newValue(part, root);
    if (start !== undefined) put(filled, name, start);
  }
  return filled;
}

function hasChoice(schema: AnySchema | undefined): boolean {
  return typeof schema === "object" && schema.properties === undefined && (schema.oneOf ?? schema.anyOf) !== undefined;
}

function isList(schema: AnySchema | undefined): boolean {
  return typeof schema === "object" && schema.type === "array";
}
