import { useState } from "react";
import { Input } from "@/ui";
import { choicesOf } from "../form/choices";
import { unitOf } from "../form/units";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";
import { ChoiceField } from "./choice-field";
import { ConstantField } from "./constant-field";
import { placeholder } from "./text-field";

export function NumberField(props: FieldProps) {
  const schema = schemaOf(props);
  if (choicesOf(schema)) return <ChoiceField {...props} />;
  if (schema.const !== undefined) return <ConstantField {...props} />;
  return <PlainNumber {...props} />;
}

function PlainNumber(props: FieldProps) {
  const t = useFormText();
  const schema = schemaOf(props);
  const [typed, setTyped] = useState("");
  const value = props.formData ?? undefined;
  const unit = unitOf(props.name);
  // What was typed stays as it was typed (`1.50`) as long as it means the value.
  const text = readNumber(typed) === value ? typed : value === undefined ? "" : String(value);
  return (
    <Labelled path={pathOf(props)} schema={schema} label={labelOf(props)} required={props.required}>
      <span className="flex items-center gap-2">
        <Input
          inputMode={schema.type === "integer" ? "numeric" : "decimal"}
          className="max-w-48"
          value={text}
          disabled={props.disabled}
          readOnly={props.readonly}
          placeholder={placeholder(schema, t.example)}
          onChange={({ target }) => {
            setTyped(target.value);
            change(props, readNumber(target.value));
          }}
        />
        {unit && <span className="text-sm text-muted">{unit}</span>}
      </span>
    </Labelled>
  );
}

/** A number, nothing, or what was typed instead of one, for the schema to refuse. */
export function readNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(trimmed)) return text;
  const value = Number(trimmed.replace(",", "."));
  // Beyond this a number would silently become another one.
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : text;
}
