/**
 * The server's verdict on settings, before they are sent: the same layers, the same errors at the same places
 * (crates/manifest, `settings`). The torture suite holds the two against each other.
 */

import { has, isObject, type Json, type JsonObject, put } from "../model/json";
import { effective, merge } from "../model/layers";
import { toPointer, withValueAt } from "../model/pointer";
import { type AnySchema, mapParts, type Schema, secretPaths } from "../model/schema";
import type { FieldError } from "./field-error";
import { compile, type Validator } from "./validator";

export interface Stored {
  own: JsonObject;
  tenant: JsonObject;
  /** Names of the secrets that are set, nested ones with dots. */
  secrets: ReadonlySet<string>;
}

export interface Verdict {
  errors: FieldError[];
  /** The settings that would be in force. */
  settings: JsonObject;
}

interface SecretField {
  path: string[];
  name: string;
  validator: Validator;
}

/** Judges by one schema. Making it is the expensive part. */
export interface Judge {
  change(stored: Stored, change: JsonObject): Verdict;
  /** Judges what a tenant would give all its connections: any part will do, but no secrets. */
  shared(shared: JsonObject): FieldError[];
}

export function judgeBy(schema: Schema): Judge {
  const secrets = secretPaths(schema).map((path) => secretField(schema, path));
  const shape = compile(withOpenSecrets(schema, secrets));
  const part = compile({ ...(relaxed(schema) as Schema), definitions: schema.definitions });
  return {
    change: (stored, change) => judgeChange(schema, shape, secrets, stored, change),
    shared: (shared) => {
      const { rest, taken } = takeSecrets(secrets, shared);
      const told = [...taken.keys()].map((field) => ({ pointer: toPointer(field.path), code: "secret" }));
      return [...told, ...part.errors(rest)];
    },
  };
}

function judgeChange(
  schema: Schema,
  shape: Validator,
  secrets: SecretField[],
  stored: Stored,
  change: JsonObject,
): Verdict {
  const { rest, taken } = takeSecrets(secrets, change);
  const errors = [...taken].flatMap(([field, value]) => secretErrors(field, value));
  const settings = effective(schema, merge(stored.own, rest) as JsonObject, stored.tenant);
  let whole: JsonObject = settings;
  for (const field of secrets) {
    const isSet = taken.has(field) ? taken.get(field) !== null : stored.secrets.has(field.name);
    if (isSet) whole = standIn(whole, field.path);
  }
  return { errors: [...errors, ...shape.errors(whole)], settings };
}

function secretField(schema: Schema, path: string[]): SecretField {
  const own = path.reduce<AnySchema | undefined>(
    (at, name) => (typeof at === "object" ? at.properties?.[name] : undefined),
    schema,
  );
  const validator = compile({ ...(own as Schema), definitions: schema.definitions });
  return { path, name: path.join("."), validator };
}

/** The change without its secrets, and these. */
function takeSecrets(secrets: SecretField[], change: JsonObject): { rest: JsonObject; taken: Map<SecretField, Json> } {
  let rest = change;
  const taken = new Map<SecretField, Json>();
  for (const field of secrets) {
    const value = secretIn(rest, field.path);
    if (value === undefined) continue;
    taken.set(field, value);
    if (!clearsGroup(rest, field.path)) rest = withValueAt(rest, toPointer(field.path), undefined);
  }
  return { rest, taken };
}

/** A group that is `null` clears all it holds. */
function secretIn(change: JsonObject, path: string[]): Json | undefined {
  let at: Json | undefined = change;
  for (const [index, name] of path.entries()) {
    if (index > 0 && at === null) return null;
    at = isObject(at) && has(at, name) ? at[name] : undefined;
  }
  return at;
}

function clearsGroup(change: JsonObject, path: string[]): boolean {
  return path.some((_, depth) => depth > 0 && secretIn(change, path.slice(0, depth)) === null);
}

function secretErrors(field: SecretField, value: Json): FieldError[] {
  const at = toPointer(field.path);
  if (value === null) return [];
  if (value === "") return [{ pointer: at, code: "minLength", limit: 1 }];
  return field.validator.errors(value).map((error) => ({ ...error, pointer: `${at}${error.pointer}` }));
}

/** Puts an empty text in a secret's place, if the group it belongs to is there. */
function standIn(settings: JsonObject, path: string[]): JsonObject {
  const [name, ...rest] = path as [string, ...string[]];
  const copy = { ...settings };
  if (rest.length === 0) {
    put(copy, name, "");
  } else {
    const group = has(copy, name) ? copy[name] : undefined;
    if (isObject(group)) put(copy, name, standIn(group, rest));
  }
  return copy;
}

/** The schema with its secrets as any text: their values are judged apart. */
function withOpenSecrets(schema: Schema, secrets: SecretField[]): Schema {
  const open = (at: AnySchema, path: string[]): AnySchema => {
    const [name, ...rest] = path;
    if (name === undefined) return { type: "string" };
    if (typeof at !== "object") return at;
    return { ...at, properties: { ...at.properties, [name]: open(at.properties?.[name] ?? true, rest) } };
  };
  return secrets.reduce<AnySchema>((at, field) => open(at, field.path), schema) as Schema;
}

/** Keywords that judge an object as a whole, of which a tenant gives only a part. */
const OF_THE_WHOLE = new Set([
  "required",
  "minProperties",
  "dependencies",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
]);

function relaxed(schema: AnySchema): AnySchema {
  if (typeof schema !== "object" || !schema.properties) return schema;
  const kept = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !OF_THE_WHOLE.has(keyword)));
  return mapParts(kept, (part, keyword) => (keyword === "properties" ? relaxed(part) : part));
}
