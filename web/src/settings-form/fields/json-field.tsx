import { useState } from "react";
import { Textarea } from "@/ui";
import { choicesOf } from "../form/choices";
import { useFormState } from "../form/state";
import { equal, type Json, toJson } from "../model/json";
import { toPointer } from "../model/pointer";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";
import { ChoiceField } from "./choice-field";
import { ConstantField } from "./constant-field";

/** A value of any kind, or of one that a schema leaves open: written as JSON. */
export function JsonField(props: FieldProps) {
  const schema = schemaOf(props);
  if (choicesOf(schema)) return <ChoiceField {...props} />;
  if (schema.const !== undefined) return <ConstantField {...props} />;
  return <WrittenJson {...props} />;
}

function WrittenJson(props: FieldProps) {
  const t = useFormText();
  const state = useFormState();
  const [typed, setTyped] = useState("");
  const pointer = toPointer(pathOf(props));
  const value = props.formData === undefined ? undefined : toJson(props.formData);
  const read = parse(typed);
  const isTyped = read === "unreadable" || equal(read?.value, value);
  const text = isTyped ? typed : value === undefined ? "" : JSON.stringify(value, null, 2);
  const write = (next: string) => {
    setTyped(next);
    const parsed = parse(next);
    state.setUnreadable(pointer, parsed === "unreadable");
    if (parsed !== "unreadable") change(props, parsed?.value);
  };
  return (
    <Labelled path={pathOf(props)} schema={schemaOf(props)} label={labelOf(props)} required={props.required} whole>
      <Textarea
        rows={Math.min(12, Math.max(2, text.split("\n").length))}
        spellCheck={false}
        className="font-mono"
        placeholder={t.json}
        value={text}
        disabled={props.disabled}
        readOnly={props.readonly}
        onChange={({ target }) => write(target.value)}
      />
    </Labelled>
  );
}

function parse(text: string): { value: Json } | "unreadable" | undefined {
  if (text.trim() === "") return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return "unreadable";
  }
}
