/** The part of JSON Schema that settings may use (docs/plugins/settings-schema.md), with the `x-` hints for forms. */

import type { Json } from "./json";

export interface Schema {
  $schema?: string;
  $ref?: string;
  $comment?: string;
  title?: string;
  description?: string;
  default?: Json;
  examples?: Json[];
  readOnly?: boolean;
  writeOnly?: boolean;
  deprecated?: boolean;
  type?: SchemaType | SchemaType[];
  enum?: Json[];
  const?: Json;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  items?: AnySchema | AnySchema[];
  additionalItems?: AnySchema;
  contains?: AnySchema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  properties?: Record<string, AnySchema>;
  patternProperties?: Record<string, AnySchema>;
  additionalProperties?: AnySchema;
  propertyNames?: AnySchema;
  required?: string[];
  minProperties?: number;
  maxProperties?: number;
  dependencies?: Record<string, AnySchema | string[]>;
  definitions?: Record<string, AnySchema>;
  allOf?: AnySchema[];
  anyOf?: AnySchema[];
  oneOf?: AnySchema[];
  not?: AnySchema;
  if?: AnySchema;
  then?: AnySchema;
  else?: AnySchema;
  "x-secret"?: boolean;
  "x-order"?: number;
  "x-group"?: string;
  "x-help-url"?: string;
  "x-options"?: { call: string; "depends-on"?: string[] };
  "x-test-connection"?: boolean;
  /** Not a plugin's to write: see `defaultOf`. */
  "x-default"?: Json;
}

export type AnySchema = Schema | boolean;
export type SchemaType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

const HOLDING_ONE = [
  "additionalItems",
  "items",
  "contains",
  "additionalProperties",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
];
const HOLDING_LIST = ["allOf", "anyOf", "oneOf", "items"];
const HOLDING_MAP = ["properties", "patternProperties", "definitions", "dependencies"];

/** A schema whose parts, one level down, have been replaced; everything else in it stays. */
export function mapParts(schema: Schema, map: (part: AnySchema, keyword: string, name?: string) => AnySchema): Schema {
  const copy: Record<string, unknown> = { ...schema };
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    if (HOLDING_LIST.includes(keyword) && Array.isArray(value)) {
      copy[keyword] = value.map((part: AnySchema) => map(part, keyword));
    } else if (HOLDING_ONE.includes(keyword)) {
      copy[keyword] = map(value, keyword);
    } else if (HOLDING_MAP.includes(keyword)) {
      copy[keyword] = Object.fromEntries(
        // A dependency may also be a list of names.
        Object.entries<AnySchema | string[]>(value).map(([name, part]) => [
          name,
          Array.isArray(part) ? part : map(part, keyword, name),
        ]),
      );
    }
  }
  return copy as Schema;
}

/** The default of a schema; in one that is rendered it stands where the form's engine does not fill it in by itself. */
export function defaultOf(schema: Schema): Json | undefined {
  return schema.default ?? schema["x-default"];
}

export function isSecret(schema: AnySchema | undefined): boolean {
  return typeof schema === "object" && (schema["x-secret"] === true || schema.writeOnly === true);
}

/** The paths of the secrets: they stand below `properties` and nothing else, which the server sees to. */
export function secretPaths(schema: AnySchema | undefined, path: string[] = []): string[][] {
  if (typeof schema !== "object") return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const at = [...path, name];
    return isSecret(part) ? [at] : secretPaths(part, at);
  });
}

/** What a schema refers to, followed to its end. Siblings of `$ref` count for nothing in draft-07. */
export function dereference(schema: AnySchema | undefined, root: Schema): AnySchema | undefined {
  let at = schema;
  while (typeof at === "object" && at.$ref !== undefined) {
    at =
      root.definitions?.[
        decodeURIComponent(at.$ref.slice("#/definitions/".length)).replaceAll("~1", "/").replaceAll("~0", "~")
      ];
  }
  return at;
}
