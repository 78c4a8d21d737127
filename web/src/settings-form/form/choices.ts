/** Values to choose from that the schema itself lists, with or without titles. */

import type { Json } from "../model/json";
import type { AnySchema, Schema } from "../model/schema";

export interface Choice {
  value: Json;
  label: string;
}

/** The choices, or `undefined` where the schema lists none: an `enum`, or alternatives that are all constants. */
export function choicesOf(schema: Schema): Choice[] | undefined {
  if (schema.enum) return schema.enum.map((value) => ({ value, label: labelOf(value) }));
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (!alternatives || alternatives.length === 0 || !alternatives.every(isConstant)) return undefined;
  return alternatives.map(({ const: value = null, title }) => ({ value, label: title ?? labelOf(value) }));
}

function isConstant(schema: AnySchema): schema is Schema {
  return typeof schema === "object" && schema.const !== undefined;
}

function labelOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
