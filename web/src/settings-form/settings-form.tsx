/** A form that nobody wrote by hand: its fields are those of a plugin's settings schema. */

import Form from "@rjsf/core/lib/components/Form.js";
import { englishStringTranslator, type RJSFSchema, TranslatableString } from "@rjsf/utils";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { Button, ErrorNote } from "@/ui";
import { AlternativesField } from "./fields/alternatives-field";
import { BooleanField } from "./fields/boolean-field";
import { JsonField } from "./fields/json-field";
import { ListField } from "./fields/list-field";
import { NumberField } from "./fields/number-field";
import { TextField } from "./fields/text-field";
import { formSchema } from "./form/form-schema";
import { conditions } from "./form/rjsf-validator";
import { FormContext, type FormState, type OptionsSource } from "./form/state";
import { type Draft, type Layers, type Save, useDraft } from "./form/use-draft";
import { isObject } from "./model/json";
import { originWithin } from "./model/layers";
import { isWithin, toPath, toPointer, valueAt, withValueAt } from "./model/pointer";
import { type Schema, secretPaths } from "./model/schema";
import { useFormText } from "./text";
import { FieldTemplate } from "./theme/field-template";
import { ListItemTemplate, ListTemplate } from "./theme/list-template";
import { ObjectTemplate } from "./theme/object-template";

export interface SettingsFormProps extends Layers {
  onSave: Save;
  onDirtyChange?: (isDirty: boolean) => void;
  /** Where choices come from that only the plugin knows. */
  options?: OptionsSource;
  /** Without a source: where there will be one. */
  noOptions?: FormState["noOptions"];
  /** What the button says. */
  saveLabel?: string;
  /** The form is shown, but not to be changed. */
  disabled?: boolean;
  /** More to be filled in before, such as a name. */
  before?: ReactNode;
  /** Said above the buttons. */
  notice?: ReactNode;
}

const FIELDS = {
  StringField: TextField,
  NumberField,
  BooleanField,
  NullField: JsonField,
  ArrayField: ListField,
  OneOfField: AlternativesField,
  AnyOfField: AlternativesField,
  FallbackField: JsonField,
};

const TEMPLATES = {
  FieldTemplate,
  ObjectFieldTemplate: ObjectTemplate,
  ArrayFieldTemplate: ListTemplate,
  ArrayFieldItemTemplate: ListItemTemplate,
};

/** The engine fills in nothing: what is there by default is the server's to say, and shown as such. */
const NO_DEFAULTS = {
  emptyObjectFields: "skipDefaults",
  arrayMinItems: { populate: "never" },
  allOf: "skipDefaults",
  constAsDefaults: "never",
  requiredBooleanDefault: "skip",
} as const;

export function SettingsForm(props: SettingsFormProps) {
  const t = useFormText();
  const draft = useDraft(props, props.onSave);
  const schema = useMemo(() => formSchema(props.schema) as RJSFSchema, [props.schema]);
  const state = useStateFor(props, draft);
  const frame = useRef<HTMLDivElement>(null);
  const { onDirtyChange } = props;
  useEffect(() => onDirtyChange?.(draft.isDirty), [onDirtyChange, draft.isDirty]);

  const submit = async () => {
    if (await draft.save()) return;
    // After the errors have been drawn.
    requestAnimationFrame(() => frame.current && focusFirstError(frame.current));
  };
  return (
    <FormContext value={state}>
      <div ref={frame}>
        <Form
          schema={schema}
          validator={conditions}
          formData={draft.data}
          onChange={({ formData }) => draft.change(formData)}
          onSubmit={() => void submit()}
          fields={FIELDS}
          templates={TEMPLATES}
          translateString={translate}
          experimental_defaultFormStateBehavior={NO_DEFAULTS}
          noValidate
          noHtml5Validate
          showErrorList={false}
          disabled={props.disabled || draft.isSaving}
          className="flex flex-col gap-4"
        >
          {isEmpty(props) && <p className="text-sm text-muted">{t.nothingToSetUp}</p>}
          {!props.disabled && <Buttons props={props} draft={draft} />}
        </Form>
      </div>
    </FormContext>
  );
}

function Buttons({ props, draft }: { props: SettingsFormProps; draft: Draft }) {
  const t = useFormText();
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      {props.notice}
      {draft.failure !== undefined && <ErrorNote error={draft.failure} />}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" busy={draft.isSaving} disabled={!props.isNew && !draft.isDirty}>
          {props.saveLabel ?? t.save}
        </Button>
        {draft.isDirty && !props.isNew && (
          <Button variant="ghost" onClick={draft.discard} disabled={draft.isSaving}>
            {t.discard}
          </Button>
        )}
        <span role="status" className="text-sm text-muted">
          {draft.errors.length > 0 ? (
            <span className="text-danger">{t.fix(new Set(draft.errors.map((error) => error.pointer)).size)}</span>
          ) : (
            draft.isDirty && !props.isNew && t.unsaved
          )}
        </span>
      </div>
    </div>
  );
}

function useStateFor(props: SettingsFormProps, draft: Draft): FormState {
  const { schema: root, origins, secrets, options, values } = props;
  const isReset = (pointer: string) => [...draft.resets].some((outer) => isWithin(pointer, outer));
  return {
    root,
    errors: draft.errors,
    options,
    noOptions: props.noOptions,
    origin: (pointer) => (isChanged(values, draft.data, pointer) ? undefined : originWithin(origins, pointer)),
    canReset: (pointer) =>
      originWithin(origins, pointer) === "own" &&
      valueAt(draft.inherited, pointer) !== undefined &&
      !holdsSecret(root, pointer) &&
      !isReset(pointer),
    isReset,
    reset: draft.reset,
    secret: (pointer) => secrets[toPath(pointer).join(".")],
    unsavedBeside: (pointer, names) => {
      const beside = toPath(pointer).slice(0, -1);
      return names.filter((name) => isChanged(values, draft.data, toPointer([...beside, name])));
    },
    set: (path, value) => draft.change(withValueAt(draft.data, toPointer(path), value)),
    setUnreadable: draft.setUnreadable,
  };
}

function isChanged(before: unknown, after: unknown, pointer: string): boolean {
  return JSON.stringify(valueAt(before, pointer)) !== JSON.stringify(valueAt(after, pointer));
}

/** To take a group back is to take back its secrets, which nobody sees going. */
function holdsSecret(root: Schema, group: string): boolean {
  return secretPaths(root).some((path) => isWithin(toPointer(path), group));
}

/** What is wrong stands at a field, or as words of their own at a list, a group or a box to tick. */
function focusFirstError(frame: HTMLElement): void {
  const first = frame.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]");
  if (!first || first.getAttribute("aria-invalid") === "true") {
    first?.focus();
    return;
  }
  const holder = first.closest<HTMLElement>("fieldset, [data-field]") ?? first;
  holder.querySelector<HTMLElement>(":is(input, select, textarea, button):enabled")?.focus();
  holder.scrollIntoView({ block: "nearest" });
}

function isEmpty({ schema }: SettingsFormProps): boolean {
  return !isObject(schema.properties) || Object.keys(schema.properties).length === 0;
}

const translate: typeof englishStringTranslator = (text, params) =>
  // What a new member that the schema does not name holds at first.
  text === TranslatableString.NewStringDefault ? "" : englishStringTranslator(text, params);
