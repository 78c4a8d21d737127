/**
 * The schema as it is rendered. What only judges values is left out, since the form judges by the schema as written; defaults
 * are put aside, since the form fills them in itself, as the server does.
 */

import { browserPattern } from "../check/pattern";
import { type AnySchema, dereference, mapParts, type Schema } from "../model/schema";
import { inWords } from "../model/words";

export function formSchema(root: Schema): Schema {
  return rendered(root, root, undefined) as Schema;
}

function rendered(schema: AnySchema, root: Schema, name: string | undefined): AnySchema {
  if (typeof schema !== "object") return titled({}, name, schema);
  const { default: standard, not, contains, propertyNames, minItems, ...kept } = schema;
  const shown: Schema = standard === undefined ? { ...kept } : { ...kept, "x-default": standard };
  if (schema.anyOf && !offersForms(schema.anyOf, schema, root)) delete shown.anyOf;
  if (schema.oneOf && !offersForms(schema.oneOf, schema, root)) delete shown.oneOf;
  if (schema.properties) shown.properties = shownProperties(schema.properties);
  if (schema.patternProperties) shown.patternProperties = compilable(schema.patternProperties);
  const mapped = mapParts(shown, (part, keyword, inner) =>
    typeof part === "boolean" && keyword !== "properties"
      ? part
      : rendered(part, root, keyword === "properties" ? inner : undefined),
  );
  return titled(mapped, name, dereference(schema, root));
}

/** Whether a choice between alternatives is one that a person makes, rather than a rule about fields that are there anyway. */
export function offersForms(alternatives: AnySchema[], holder: Schema, root: Schema): boolean {
  return alternatives.some((alternative) => {
    const schema = dereference(alternative, root);
    if (typeof schema !== "object") return false;
    const isForm = ["type", "enum", "const", "items", "oneOf", "anyOf"].some((keyword) => keyword in schema);
    return isForm || Object.keys(schema.properties ?? {}).some((name) => !Object.hasOwn(holder.properties ?? {}, name));
  });
}

function titled(schema: Schema, name: string | undefined, original: AnySchema | undefined): Schema {
  const hasTitle = schema.title !== undefined || (typeof original === "object" && original.title !== undefined);
  return name === undefined || hasTitle ? schema : { ...schema, title: inWords(name) };
}

/**
 * Without those that must not be there, and those that the form's engine takes for a method of every object, such as
 * `constructor`: their values stay as they are.
 */
function shownProperties(properties: Record<string, AnySchema>): Record<string, AnySchema> {
  return Object.fromEntries(
    Object.entries(properties).filter(([name, schema]) => schema !== false && !(name in Object.prototype)),
  );
}

function compilable(patterns: Record<string, AnySchema>): Record<string, AnySchema> {
  const entries = Object.entries(patterns).map(([pattern, schema]) => [browserPattern(pattern), schema] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, AnySchema] => entry[0] !== undefined));
}
