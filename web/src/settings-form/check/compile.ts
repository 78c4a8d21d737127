/** A schema as the browser's validator takes it: what only the server can judge is left out, and nothing is shared. */

import { type AnySchema, mapParts, type Schema } from "../model/schema";
import { browserPattern } from "./pattern";

/** Stands for the schema `false`, whose failures would otherwise not say where in the schema they come from. */
export const NOTHING = "x-nothing";

export function prepared(schema: AnySchema): Schema {
  if (schema === true) return {};
  if (schema === false) return { not: {}, [NOTHING]: true } as Schema;
  const { pattern, patternProperties, examples, default: _, ...rest } = schema;
  const copy: Schema = mapParts(rest, prepared);
  const own = pattern === undefined ? undefined : browserPattern(pattern);
  if (own !== undefined) copy.pattern = own;
  if (patternProperties) preparePatterns(copy, patternProperties);
  return copy;
}

/** Members whose names the browser cannot match are taken for fitting, the ones that are not named otherwise as well. */
function preparePatterns(copy: Schema, patterns: Record<string, AnySchema>): void {
  const entries = Object.entries(patterns).map(([pattern, part]) => [browserPattern(pattern), prepared(part)] as const);
  const known = entries.filter((entry): entry is readonly [string, Schema] => entry[0] !== undefined);
  copy.patternProperties = Object.fromEntries(known);
  if (known.length < entries.length) delete copy.additionalProperties;
}
