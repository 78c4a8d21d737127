/** One of several forms: which one, and what is to be said in it. */

import { type ComponentType, useMemo, useState } from "react";
import { Select } from "@/ui";
import { alternatives, chosen, withoutDiscriminator } from "../form/alternatives";
import { newValue } from "../form/start";
import { FormContext, type FormState, useFormState } from "../form/state";
import { toJson } from "../model/json";
import { toPointer } from "../model/pointer";
import type { Schema } from "../model/schema";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { BARE, change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";

export function AlternativesField(props: FieldProps) {
  const t = useFormText();
  const state = useFormState();
  const schema = schemaOf(props);
  const parts = schema.oneOf ?? schema.anyOf ?? [];
  const options = useMemo(() => alternatives(parts, state.root, t), [parts, state.root, t]);
  const found = chosen(options, props.formData === undefined ? undefined : toJson(props.formData));
  const [picked, setPicked] = useState(found);
  // What a value was stays the form of what is written instead, also while nothing is written.
  if (found >= 0 && found !== picked) setPicked(found);
  const index = found >= 0 ? found : picked;
  const pick = (place: string) => {
    const next = place === "" ? -1 : Number(place);
    setPicked(next);
    change(props, next < 0 ? undefined : newValue(options[next]?.schema, state.root));
  };
  const SchemaField = props.registry.fields.SchemaField as ComponentType<FieldProps>;
  const ruled = useMemo(
    () => withDetails(state, toPointer(pathOf(props)), options[index], props.formData),
    [state, props, options, index],
  );
  return (
    <div className="flex flex-col gap-3">
      <FormContext value={index >= 0 ? { ...state, errors: [] } : state}>
        <Labelled path={pathOf(props)} schema={schema} label={labelOf(props)} required={props.required}>
          <Select
            className="max-w-72"
            value={index < 0 ? "" : String(index)}
            onValueChange={pick}
            options={options.map(({ title }, place) => ({ value: String(place), label: title }))}
            placeholder={props.required ? t.choose : t.none}
            disabled={props.disabled || props.readonly}
          />
        </Labelled>
      </FormContext>
      {index >= 0 && (
        <FormContext value={ruled}>
          <div className="border-l-2 border-line pl-3">
            <SchemaField
              key={index}
              {...props}
              // What holds for all of them has been shown above.
              schema={bodyOf(withoutDiscriminator(options, index))}
              uiSchema={BARE}
              title={options[index]?.title}
              required
            />
          </div>
        </FormContext>
      )}
    </div>
  );
}

function bodyOf(schema: Schema) {
  const { description: _, ...body } = schema;
  return body as FieldProps["schema"];
}

/** That it fits no form helps nobody: what does not fit the chosen one does. */
function withDetails(
  state: FormState,
  pointer: string,
  option: ReturnType<typeof alternatives>[number] | undefined,
  value: unknown,
): FormState {
  const isGeneral = (error: { pointer: string; code: string }) =>
    error.pointer === pointer && (error.code === "oneOf" || error.code === "anyOf");
  if (!option || value === undefined || !state.errors.some(isGeneral)) return state;
  const details = option.validator
    .errors(toJson(value))
    .map((error) => ({ ...error, pointer: `${pointer}${error.pointer}` }));
  if (details.length === 0) return state;
  return { ...state, errors: [...state.errors.filter((error) => !isGeneral(error)), ...details] };
}
