/** Texts: in a line or in several, as dates, secrets, or one of what is offered. */

import { Input, Textarea } from "@/ui";
import { choicesOf } from "../form/choices";
import type { Schema } from "../model/schema";
import { isSecret } from "../model/schema";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";
import { ChoiceField } from "./choice-field";
import { ConstantField } from "./constant-field";
import { DateTimeInput } from "./date-time-input";
import { OptionsField } from "./options-field";
import { SecretField } from "./secret-field";

/** From here on a text is written in several lines. */
const LONG = 300;

export function TextField(props: FieldProps) {
  const schema = schemaOf(props);
  if (isSecret(schema)) return <SecretField {...props} />;
  if (schema["x-options"]) return <OptionsField {...props} />;
  if (choicesOf(schema)) return <ChoiceField {...props} />;
  if (schema.const !== undefined) return <ConstantField {...props} />;
  return <PlainText {...props} />;
}

function PlainText(props: FieldProps) {
  const t = useFormText();
  const schema = schemaOf(props);
  const value = props.formData === undefined || props.formData === null ? "" : String(props.formData);
  const common = {
    value,
    disabled: props.disabled,
    readOnly: props.readonly,
    placeholder: placeholder(schema, t.example),
    onChange: (event: { target: { value: string } }) => change(props, textOf(event.target.value)),
  };
  return (
    <Labelled path={pathOf(props)} schema={schema} label={labelOf(props)} required={props.required}>
      {schema.format === "date-time" ? (
        <DateTimeInput {...common} onValueChange={(text) => change(props, textOf(text))} />
      ) : isLong(schema) ? (
        <Textarea {...common} />
      ) : (
        <Input {...common} {...kindOf(schema.format)} />
      )}
    </Labelled>
  );
}

/** An empty field says nothing. */
function textOf(text: string): string | undefined {
  return text === "" ? undefined : text;
}

export function placeholder(schema: Schema, example: (value: string) => string): string | undefined {
  const [first] = schema.examples ?? [];
  return typeof first === "string" || typeof first === "number" ? example(String(first)) : undefined;
}

function isLong(schema: Schema): boolean {
  return schema.format === undefined && schema.pattern === undefined && (schema.maxLength ?? 0) >= LONG;
}

/** What helps with typing: the keyboard of a telephone, the calendar. Judged is by the schema. */
function kindOf(format: string | undefined): { type?: string; inputMode?: "email" | "url"; spellCheck?: boolean } {
  switch (format) {
    case "date":
      return { type: "date" };
    case "email":
      return { inputMode: "email", spellCheck: false };
    case "uri":
    case "iri":
      return { inputMode: "url", spellCheck: false };
    case undefined:
      return {};
    default:
      return { spellCheck: false };
  }
}
