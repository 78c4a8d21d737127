/** What is wrong with one field, in the words of the API: its JSON pointer and the keyword that it does not meet. */

import type { Json } from "../model/json";
import { unescapeToken } from "../model/pointer";
import type { AnySchema, Schema } from "../model/schema";
import { NOTHING } from "./compile";

export interface FieldError {
  pointer: string;
  /** The keyword, or what the server says of itself, such as `account_taken`. */
  code: string;
  /** The keyword's value: the length that is too long, the names of the formats. */
  limit?: Json;
  /** The server's words, where it was the server that refused. */
  message?: string;
}

/** One line of what the validator says. */
export interface Unit {
  keyword: string;
  keywordLocation: string;
  instanceLocation: string;
  error: string;
}

/** These only say that something below them is wrong, which stands in further lines. */
const TRANSPARENT = new Set(["properties", "patternProperties", "items", "allOf", "$ref", "if"]);
/** What is below these is of no use to a person: no alternative is the one that was meant. */
const OPAQUE = new Set(["anyOf", "oneOf", "propertyNames", "contains", "not"]);

/** The errors in all the lines about one value. */
export function fieldErrors(units: Unit[], root: Schema): FieldError[] {
  const opaque: string[] = [];
  const found = new Map<string, FieldError>();
  for (const unit of units) {
    if (opaque.some((location) => unit.keywordLocation.startsWith(`${location}/`))) continue;
    if (OPAQUE.has(unit.keyword)) opaque.push(unit.keywordLocation);
    const error = fieldError(unit, root);
    if (error) found.set(`${error.code} ${error.pointer}`, error);
  }
  return [...found.values()];
}

function fieldError(unit: Unit, root: Schema): FieldError | undefined {
  const pointer = pointerOf(unit.instanceLocation);
  switch (unit.keyword) {
    case "required":
    case "dependencies": {
      const missing = /does not have (?:required property )?"([\s\S]*)"\.$/.exec(unit.error)?.[1];
      return missing === undefined
        ? undefined
        : { pointer: `${pointer}/${missing.replaceAll("~", "~0").replaceAll("/", "~1")}`, code: "required" };
    }
    case "additionalProperties":
      return undefined;
    case "additionalItems":
      return isNothing(schemaAt(root, unit.keywordLocation)) ? { pointer, code: "additionalItems" } : undefined;
    case "not":
      return refusal(unit, pointer, root);
    default:
      if (TRANSPARENT.has(unit.keyword)) return undefined;
      return { pointer, code: unit.keyword, limit: schemaAt(root, unit.keywordLocation) as Json };
  }
}

/** A value where there must be none, or one that is what it must not be. */
function refusal(unit: Unit, pointer: string, root: Schema): FieldError | undefined {
  const holder = unit.keywordLocation.slice(0, -"/not".length);
  if (!isNothing(schemaAt(root, holder))) return { pointer, code: "not" };
  // Told once for the whole list, as it is too long.
  if (holder.endsWith("/additionalItems")) return undefined;
  return { pointer, code: holder.endsWith("/additionalProperties") ? "additionalProperties" : "falseSchema" };
}

function isNothing(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && NOTHING in schema;
}

function pointerOf(location: string): string {
  return decodeURIComponent(location.slice(1));
}

/** What stands in the schema at a location that may lead through references. */
function schemaAt(root: Schema, location: string): unknown {
  let at: unknown = root;
  for (const encoded of location.split("/").slice(1)) {
    const token = unescapeToken(decodeURIComponent(encoded));
    const next = (at as Record<string, unknown> | undefined)?.[token];
    at = token === "$ref" && typeof next === "string" ? definition(root, next) : next;
  }
  return at;
}

function definition(root: Schema, reference: string): AnySchema | undefined {
  const name = reference.slice("#/definitions/".length);
  return root.definitions?.[unescapeToken(decodeURIComponent(name))];
}
