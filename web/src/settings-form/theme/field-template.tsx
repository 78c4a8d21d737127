import { ADDITIONAL_PROPERTY_FLAG, type FieldTemplateProps } from "@rjsf/utils";
import { Trash2 } from "lucide-react";
import { Field, IconButton, Input } from "@/ui";
import { useFormText } from "../text";

/** Fields show their own labels. What a schema does not name has its name beside it, to be changed. */
export function FieldTemplate(props: FieldTemplateProps) {
  const t = useFormText();
  const { children, hidden, schema, label } = props;
  if (hidden) return null;
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return children;
  const isFixed = props.disabled || props.readonly;
  return (
    <div className="flex flex-wrap items-start gap-2">
      <div className="w-40">
        <Field label={t.name}>
          <Input
            key={label}
            defaultValue={label}
            onBlur={props.onKeyRenameBlur}
            disabled={isFixed}
            spellCheck={false}
          />
        </Field>
      </div>
      <div className="min-w-48 flex-1">{children}</div>
      <IconButton
        label={t.removeEntry(label)}
        icon={<Trash2 />}
        className="mt-6"
        disabled={isFixed}
        onClick={props.onRemoveProperty}
      />
    </div>
  );
}
