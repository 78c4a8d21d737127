import { Checkbox, Select } from "@/ui";
import { choicesOf } from "../form/choices";
import { equal, type Json } from "../model/json";
import type { Schema } from "../model/schema";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";

/** One of the values that the schema lists. They may be of any kind, so they go by their place. */
export function ChoiceField(props: FieldProps) {
  const t = useFormText();
  const schema = schemaOf(props);
  const choices = choicesOf(schema) ?? [];
  const at = choices.findIndex((choice) => equal(choice.value, props.formData));
  return (
    <Labelled path={pathOf(props)} schema={schema} label={labelOf(props)} required={props.required}>
      <Select
        value={at < 0 ? "" : String(at)}
        onValueChange={(place) => change(props, place === "" ? undefined : choices[Number(place)]?.value)}
        options={choices.map(({ label }, place) => ({ value: String(place), label }))}
        placeholder={props.required ? t.choose : t.none}
        disabled={props.disabled || props.readonly}
      />
    </Labelled>
  );
}

/** Any of the values that the schema lists for the entries of a list. */
export function ChoicesField(props: FieldProps & { items: Schema }) {
  const schema = schemaOf(props);
  const choices = choicesOf(props.items) ?? [];
  const values: Json[] = Array.isArray(props.formData) ? props.formData : [];
  const isChosen = (value: Json) => values.some((other) => equal(other, value));
  const toggle = (value: Json) =>
    change(
      props,
      isChosen(value) ? values.filter((other) => !equal(other, value)) : inOrder([...values, value], choices),
    );
  return (
    <Labelled path={pathOf(props)} schema={schema} label={labelOf(props)} required={props.required} whole>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
        <legend className="sr-only">{labelOf(props)}</legend>
        {choices.map(({ value, label }) => (
          <Checkbox
            key={label}
            label={label}
            checked={isChosen(value)}
            onCheckedChange={() => toggle(value)}
            disabled={props.disabled || props.readonly}
          />
        ))}
      </fieldset>
    </Labelled>
  );
}

function inOrder(values: Json[], choices: { value: Json }[]): Json[] {
  const place = (value: Json) => choices.findIndex((choice) => equal(choice.value, value));
  return values.toSorted((a, b) => place(a) - place(b));
}
