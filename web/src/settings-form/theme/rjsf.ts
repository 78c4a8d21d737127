/** The parts of the engine's types that the theme uses, over schemas of ours. */

import type { FieldProps as EngineFieldProps, RJSFSchema } from "@rjsf/utils";
import type { Path } from "../model/pointer";
import type { Schema } from "../model/schema";

export type FieldProps = EngineFieldProps;

export function schemaOf({ schema }: { schema: RJSFSchema }): Schema {
  return schema as Schema;
}

export function pathOf({ fieldPathId }: { fieldPathId: { path: Path } }): Path {
  return fieldPathId.path;
}

/** A change of the whole value of a field. */
export function change(props: FieldProps, value: unknown): void {
  props.onChange(value, props.fieldPathId.path);
}

/** What a field is called. The engine calls the second entry of Tags "Tags-2". */
export function labelOf(props: { schema: RJSFSchema; name?: string; title?: string }): string {
  const { schema, title, name = "" } = props;
  return schema.title ?? title?.replace(/-(\d+)$/, " $1") ?? name;
}

/** Says that a group stands in something that has its name already. */
export const BARE = { "ui:options": { bare: true } };

export function isBare(uiSchema: object | undefined): boolean {
  return (uiSchema as typeof BARE | undefined)?.["ui:options"]?.bare === true;
}
