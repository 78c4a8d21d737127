import { Field, Select } from "@/ui";
import { useText } from "./text";

interface Props {
  endpoints: { id: string; name: string }[];
  value: string | undefined;
  onValueChange: (endpoint: string | undefined) => void;
}

/** An address of the connection's own, or one that several connections share. */
export function EndpointChoice({ endpoints, value, onValueChange }: Props) {
  const t = useText();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{t.create.webhooks}</legend>
      <Choice
        label={t.create.ownEndpoint}
        hint={t.create.ownEndpointHint}
        checked={value === undefined}
        onChoose={() => onValueChange(undefined)}
      />
      <Choice
        label={t.create.sharedEndpoint}
        hint={t.create.sharedEndpointHint}
        checked={value !== undefined}
        onChoose={() => onValueChange(endpoints[0]?.id)}
      />
      {value !== undefined && (
        <div className="pl-6">
          <Field label={t.create.endpoint}>
            <Select
              value={value}
              onValueChange={onValueChange}
              options={endpoints.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
        </div>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  checked: boolean;
  onChoose: () => void;
}

function Choice({ label, hint, checked, onChoose }: ChoiceProps) {
  return (
    <label className="flex items-start gap-2 text-sm">
      <input
        type="radio"
        name="endpoint"
        checked={checked}
        onChange={onChoose}
        className="mt-0.5 size-4 accent-accent"
      />
      <span>
        {label}
        <span className="block text-xs text-muted">{hint}</span>
      </span>
    </label>
  );
}
