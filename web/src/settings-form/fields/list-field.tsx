import ArrayField from "@rjsf/core/lib/components/fields/ArrayField.js";
import type { Registry } from "@rjsf/utils";
import { type ComponentType, useMemo } from "react";
import { choicesOf } from "../form/choices";
import { newValue } from "../form/start";
import { useFormState } from "../form/state";
import { type AnySchema, dereference, type Schema } from "../model/schema";
import { type FieldProps, schemaOf } from "../theme/rjsf";
import { ChoicesField } from "./choice-field";
import { JsonField } from "./json-field";
import { OptionsField } from "./options-field";

const EngineList = ArrayField as ComponentType<FieldProps>;

/** Lists: of choices, or of anything, entry by entry. */
export function ListField(props: FieldProps) {
  const state = useFormState();
  const schema = schemaOf(props);
  const items = Array.isArray(schema.items) ? undefined : dereference(schema.items, state.root);
  if (schema["x-options"] && state.options) return <OptionsField {...props} />;
  if (schema.items === undefined) return <JsonField {...props} />;
  if (schema.uniqueItems && typeof items === "object" && choicesOf(items))
    return <ChoicesField {...props} items={items} />;
  return <Entries {...props} />;
}

/** The engine's own, but with new entries as the form begins them. */
function Entries(props: FieldProps) {
  const { root } = useFormState();
  const { registry } = props;
  const own = useMemo(() => {
    const schemaUtils = Object.create(registry.schemaUtils);
    schemaUtils.getDefaultFormState = (schema: AnySchema, data: unknown) =>
      data === undefined ? newValue(schema as Schema, root) : data;
    return { ...registry, schemaUtils } as Registry;
  }, [registry, root]);
  return <EngineList {...props} registry={own} />;
}
