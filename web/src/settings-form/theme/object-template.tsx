/** A group of fields: in the order that the schema wishes, under its headings. */

import { canExpand, type ObjectFieldTemplateProps } from "@rjsf/utils";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Button, cx } from "@/ui";
import { newValue } from "../form/start";
import { errorsAt, errorsElsewhere, useFormState } from "../form/state";
import { isObject } from "../model/json";
import { type Path, toPointer } from "../model/pointer";
import type { Schema } from "../model/schema";
import { useFormText } from "../text";
import { Errors, Hint, Provenance } from "./layout";
import { isBare, labelOf, pathOf, schemaOf } from "./rjsf";

export function ObjectTemplate(props: ObjectFieldTemplateProps) {
  const state = useFormState();
  const t = useFormText();
  const schema = schemaOf(props);
  const path = realPath(pathOf(props), schema);
  // Its alternatives show all there is.
  if ((schema.oneOf || schema.anyOf) && props.properties.length === 0) return null;
  const fields = <Fields {...props} path={path} />;
  if (path.length === 0) return fields;
  if (isBare(props.uiSchema)) return <div className="flex flex-col gap-4">{fields}</div>;
  const label = labelOf(props);
  const isThere = isObject(props.formData);
  const isFixed = props.disabled || props.readonly;
  return (
    <fieldset className="min-w-0 rounded-md border border-line px-4 pt-1 pb-4">
      <legend className="-ml-1.5 px-1.5 text-sm font-medium">{label}</legend>
      <div className="flex flex-col gap-4">
        <p className="text-xs text-muted empty:hidden">
          <Hint schema={schema} label={label} />
        </p>
        {state.canReset(toPointer(path)) && (
          <p className="text-xs text-muted">
            <Provenance path={path} label={label} />
          </p>
        )}
        {isThere && fields}
        {!isThere && <Errors of={errorsAt(state, path)} />}
        {!isThere && (
          <Button
            size="sm"
            icon={<Plus />}
            className="self-start"
            disabled={isFixed}
            onClick={() => state.set(path, newValue({ ...schema, type: "object" }, state.root))}
          >
            {t.setUp(label)}
          </Button>
        )}
        {isThere && !props.required && typeof path.at(-1) === "string" && (
          <Button
            size="sm"
            variant="ghost"
            icon={<Trash2 />}
            className="self-start"
            disabled={isFixed}
            onClick={() => state.set(path, undefined)}
          >
            {t.removeGroup(label)}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** For a group with alternatives the engine adds a step to the path that no value has. */
function realPath(path: Path, schema: Schema): Path {
  return path.at(-1) === "XxxOf" && (schema.oneOf || schema.anyOf) ? path.slice(0, -1) : path;
}

interface Shown {
  name: string;
  schema: Schema;
  content: ReactNode;
}

function Fields({ path, ...props }: ObjectFieldTemplateProps & { path: Path }) {
  const state = useFormState();
  const t = useFormText();
  const schema = schemaOf(props);
  const shown: Shown[] = props.properties
    .filter((property) => !property.hidden)
    .map(({ name, content }) => ({ name, content, schema: (schema.properties?.[name] ?? {}) as Schema }));
  const names = props.properties.map((property) => property.name);
  return (
    <>
      <Errors of={[...errorsAt(state, path), ...errorsElsewhere(state, path, names)]} />
      {groups(inOrder(shown)).map(({ heading, fields }) => (
        <Heading key={heading ?? ""} heading={heading} top={path.length === 0}>
          {fields.map(({ name, content }) => (
            <div key={name} data-field={name}>
              {content}
            </div>
          ))}
        </Heading>
      ))}
      {canExpand(props.schema, props.uiSchema, props.formData) && (
        <Button
          size="sm"
          icon={<Plus />}
          className="self-start"
          disabled={props.disabled || props.readonly}
          onClick={props.onAddProperty}
        >
          {t.add(t.entry)}
        </Button>
      )}
    </>
  );
}

function Heading({ heading, top, children }: { heading?: string; top: boolean; children: ReactNode }) {
  if (heading === undefined) return <div className="flex flex-col gap-4">{children}</div>;
  return (
    <fieldset className={cx("flex min-w-0 flex-col gap-4", top && "border-t border-line pt-4")}>
      <legend className="float-left w-full text-base font-semibold">{heading}</legend>
      {children}
    </fieldset>
  );
}

/** Smaller numbers first, fields without one last, as they stand in the schema. */
function inOrder(fields: Shown[]): Shown[] {
  const order = (field: Shown) => field.schema["x-order"] ?? Number.POSITIVE_INFINITY;
  return fields.toSorted((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
}

/** Fields under their headings: those without one first, then each heading where its first field stands. */
function groups(fields: Shown[]): { heading?: string; fields: Shown[] }[] {
  const headings = [...new Set(fields.map((field) => field.schema["x-group"]))];
  const parts = headings.map((heading) => ({
    heading,
    fields: fields.filter((field) => field.schema["x-group"] === heading),
  }));
  return parts.toSorted((a, b) => Number(a.heading !== undefined) - Number(b.heading !== undefined));
}
