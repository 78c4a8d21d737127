import { Checkbox, Input } from "@/ui";
import { equal } from "../model/json";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";

/** A value that can only be one: there is nothing to say about it, or only whether it is there. */
export function ConstantField(props: FieldProps) {
  const schema = schemaOf(props);
  const words = typeof schema.const === "string" ? schema.const : JSON.stringify(schema.const);
  return (
    <Labelled path={pathOf(props)} schema={schema} label={labelOf(props)} required={props.required}>
      {props.required && equal(props.formData, schema.const) ? (
        <Input value={words} readOnly />
      ) : (
        <Checkbox
          label={words}
          checked={equal(props.formData, schema.const)}
          onCheckedChange={(checked) => change(props, checked ? schema.const : undefined)}
          disabled={props.disabled || props.readonly}
        />
      )}
    </Labelled>
  );
}
