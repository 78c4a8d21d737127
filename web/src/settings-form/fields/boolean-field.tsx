import { Checkbox } from "@/ui";
import { choicesOf } from "../form/choices";
import { errorsAt, useFormState } from "../form/state";
import { Errors, Hint, Provenance } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";
import { ChoiceField } from "./choice-field";
import { ConstantField } from "./constant-field";

export function BooleanField(props: FieldProps) {
  const state = useFormState();
  const schema = schemaOf(props);
  if (choicesOf(schema)) return <ChoiceField {...props} />;
  if (schema.const !== undefined) return <ConstantField {...props} />;
  const [path, label] = [pathOf(props), labelOf(props)];
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-start justify-between gap-2">
        <Checkbox
          checked={props.formData === true}
          aria-invalid={errorsAt(state, path).length > 0 || undefined}
          onCheckedChange={(checked) => change(props, checked)}
          disabled={props.disabled || props.readonly}
          label={label}
          hint={schema.description || schema["x-help-url"] ? <Hint schema={schema} label={label} /> : undefined}
        />
        <span className="shrink-0 text-xs text-muted">
          <Provenance path={path} label={label} />
        </span>
      </div>
      <Errors of={errorsAt(state, path)} />
    </div>
  );
}
