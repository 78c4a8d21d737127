/** Which of several forms a value has, and what they are called. */

import { compile, type Validator } from "../check/validator";
import { equal, has, isObject } from "../model/json";
import { type AnySchema, dereference, type Schema, type SchemaType } from "../model/schema";
import { inWords } from "../model/words";
import type { FormText } from "../text";

export interface Alternative {
  schema: Schema;
  title: string;
  validator: Validator;
}

/** The property whose constant tells the forms apart, if there is one. */
export function discriminator(schemas: Schema[]): string | undefined {
  const [first] = schemas;
  return Object.keys(first?.properties ?? {}).find((name) => {
    const constants = schemas.map((schema) => constant(schema.properties?.[name]));
    const distinct = new Set(constants.map((value) => JSON.stringify(value)));
    return constants.every((value) => value !== undefined) && distinct.size === schemas.length;
  });
}

function constant(schema: AnySchema | undefined): unknown {
  if (typeof schema !== "object") return undefined;
  return schema.const ?? (schema.enum?.length === 1 ? schema.enum[0] : undefined);
}

export function alternatives(parts: AnySchema[], root: Schema, t: FormText): Alternative[] {
  const schemas = parts.map((part) => {
    const schema = dereference(part, root);
    return typeof schema === "object" ? schema : {};
  });
  const name = discriminator(schemas);
  return schemas.map((schema, index) => ({
    schema,
    title: schema.title ?? titleOf(schema, name, index, t),
    validator: compile({ ...schema, definitions: root.definitions }),
  }));
}

function titleOf(schema: Schema, name: string | undefined, index: number, t: FormText): string {
  const value = name === undefined ? schema.const : constant(schema.properties?.[name]);
  if (typeof value === "string") return inWords(value);
  const type = (Array.isArray(schema.type) ? schema.type[0] : schema.type) as SchemaType | undefined;
  return type ? t.types[type] : t.option(index + 1);
}

/** The form that a value has: by its constant, or by being valid, or by its type. -1 if by none. */
export function chosen(options: Alternative[], value: unknown): number {
  if (value === undefined || value === null) return -1;
  const name = discriminator(options.map((option) => option.schema));
  if (name !== undefined) {
    if (!isObject(value) || !has(value, name)) return -1;
    return options.findIndex(({ schema }) => equal(constant(schema.properties?.[name]), value[name]));
  }
  const valid = options.findIndex((option) => option.validator.fits(value as never));
  return valid >= 0 ? valid : options.findIndex(({ schema }) => isOfType(value, schema.type));
}

function isOfType(value: unknown, type: Schema["type"]): boolean {
  const types = Array.isArray(type) ? type : [type];
  const own = Array.isArray(value) ? "array" : typeof value;
  return types.some((name) => name === own || (name === "integer" && own === "number"));
}

/** The form without the constant that tells it apart: the choice says it already. */
export function withoutDiscriminator(options: Alternative[], index: number): Schema {
  const name = discriminator(options.map((option) => option.schema));
  const schema = options[index]?.schema ?? {};
  if (name === undefined || !schema.properties) return schema;
  const { [name]: _, ...properties } = schema.properties;
  return { ...schema, type: "object", properties };
}
