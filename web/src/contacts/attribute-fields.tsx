/** Fields of the tenant's own making, each with the control that its kind of values asks for. */

import { useQuery } from "@tanstack/react-query";
import { fieldError } from "@/api";
import { Combobox, Field, Input, Select } from "@/ui";
import { type Attribute, attributesQuery } from "./queries";
import { useText } from "./text";

export type Values = Record<string, unknown>;

interface Props {
  owner: Attribute["owner"];
  values: Values;
  onChange: (values: Values) => void;
  error: unknown;
}

export function AttributeFields({ owner, values, onChange, error }: Props) {
  const { data: attributes = [] } = useQuery(attributesQuery);
  return attributes
    .filter((attribute) => attribute.owner === owner)
    .map((attribute) => (
      <Field
        key={attribute.key}
        label={attribute.name}
        error={fieldError(error, `/custom_attributes/${attribute.key}`)}
      >
        <Control
          attribute={attribute}
          value={values[attribute.key]}
          onChange={(value) => onChange({ ...values, [attribute.key]: value })}
        />
      </Field>
    ));
}

interface ControlProps {
  attribute: Attribute;
  value: unknown;
  /** Null empties the field. */
  onChange: (value: unknown) => void;
}

function Control({ attribute: { kind, name, options }, value, onChange }: ControlProps) {
  const t = useText();
  const choices = options.map((option) => ({ value: option, label: option }));
  const text = value === null || value === undefined ? "" : String(value);
  switch (kind) {
    case "boolean": {
      const words = [
        { value: "true", label: t.yes },
        { value: "false", label: t.no },
      ];
      const write = (next: string) => onChange(next === "" ? null : next === "true");
      return <Select value={text} placeholder={t.notSet} onValueChange={write} options={words} />;
    }
    case "choice":
      return (
        <Select
          value={text}
          placeholder={t.notSet}
          onValueChange={(next) => onChange(next || null)}
          options={choices}
        />
      );
    case "choices": {
      const chosen = Array.isArray(value) ? value.map(String) : [];
      return <Combobox multiple label={name} value={chosen} onValueChange={onChange} options={choices} />;
    }
    case "number":
      return (
        <Input
          type="number"
          step="any"
          value={text}
          onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
        />
      );
    default: {
      const type = { date: "date", link: "url", text: "text" }[kind];
      return <Input type={type} value={text} onChange={(event) => onChange(event.target.value || null)} />;
    }
  }
}

/** A value as it is read. */
export function AttributeValue({ attribute, value }: { attribute: Attribute; value: unknown }) {
  const t = useText();
  if (value === null || value === undefined) return <span className="text-faint">{t.notSet}</span>;
  if (typeof value === "boolean") return <>{value ? t.yes : t.no}</>;
  if (attribute.kind === "link") {
    return (
      <a href={String(value)} target="_blank" rel="noreferrer" className="break-all text-accent-ink hover:underline">
        {String(value)}
      </a>
    );
  }
  return <>{Array.isArray(value) ? value.join(", ") : String(value)}</>;
}
