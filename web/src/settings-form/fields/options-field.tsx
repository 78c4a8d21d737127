/** A value that the plugin offers choices for. It can be typed as well: the plugin may not be able to answer. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, Combobox, ErrorNote, IconButton, Input } from "@/ui";
import { type FieldOption, type OptionsSource, useFormState } from "../form/state";
import { toPointer } from "../model/pointer";
import { inWords } from "../model/words";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";

export function OptionsField(props: FieldProps) {
  const schema = schemaOf(props);
  const isList = schema.type === "array";
  const [path, label] = [pathOf(props), labelOf(props)];
  const choices = useChoices(props);
  const values: string[] = isList && Array.isArray(props.formData) ? props.formData.map(String) : [];
  const chosen = choices.known.find((option) => option.value === String(props.formData));
  return (
    <div className="flex flex-col gap-1">
      <Labelled path={path} schema={schema} label={label} required={props.required} whole={isList}>
        {isList ? (
          <Combobox
            {...choices.list}
            label={label}
            multiple
            value={values}
            onValueChange={(next) =>
              change(
                props,
                next.map((value) => asTyped(value, schema.items)),
              )
            }
            disabled={props.disabled || props.readonly || choices.why !== undefined}
          />
        ) : (
          <span className="flex items-center gap-1">
            <Input
              value={props.formData === undefined ? "" : String(props.formData)}
              disabled={props.disabled}
              readOnly={props.readonly}
              onChange={({ target }) => change(props, target.value === "" ? undefined : asTyped(target.value, schema))}
            />
            {choices.source && (
              <Combobox
                {...choices.list}
                label={choices.words}
                value={props.formData === undefined ? null : String(props.formData)}
                onValueChange={(value) => change(props, value === null ? undefined : asTyped(value, schema))}
                trigger={<IconButton label={choices.words} icon={<ListFilter />} variant="secondary" />}
              />
            )}
          </span>
        )}
      </Labelled>
      {chosen && chosen.label !== chosen.value && <p className="text-xs text-muted">{chosen.label}</p>}
      {choices.why && <p className="text-xs text-muted">{choices.why}</p>}
      {choices.failed !== undefined && <Failed error={choices.failed} retry={choices.retry} />}
    </div>
  );
}

/** Choices are texts; a field of numbers takes the numbers they stand for. */
function asTyped(value: string, schema: unknown): string | number {
  const type = (schema as { type?: unknown } | undefined)?.type;
  return (type === "integer" || type === "number") && value !== "" && !Number.isNaN(Number(value))
    ? Number(value)
    : value;
}

/** The label of a stored value is among these, so that they are asked for once, too, when nobody opens the list. */
const KEPT_MS = 5 * 60_000;
/** Each question is a call of the plugin: it waits for the end of a word. */
const TYPING_MS = 300;

function useChoices(props: FieldProps) {
  const t = useFormText();
  const state = useFormState();
  const pointer = toPointer(pathOf(props));
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const [search, setSearch] = useState("");
  const wanted = useSettled(search.trim(), TYPING_MS);
  const unsaved = state.unsavedBeside(pointer, schemaOf(props)["x-options"]?.["depends-on"] ?? []);
  const source = unsaved.length === 0 ? state.options : undefined;
  const question = (text: string) => ({
    queryKey: [...(source?.key ?? []), "options", pointer, text],
    queryFn: ({ signal }: { signal: AbortSignal }) => (source as OptionsSource).load(pointer, text, signal),
    retry: false,
  });
  const [hadValue] = useState(props.formData !== undefined);
  const all = useQuery({
    ...question(""),
    enabled: source !== undefined && (isOpen || (hadValue && !wasOpen)),
    staleTime: KEPT_MS,
  });
  const found = useQuery({
    ...question(wanted),
    enabled: source !== undefined && isOpen && wanted !== "",
    placeholderData: keepPreviousData,
  });
  const query = wanted === "" ? all : found;
  const options: FieldOption[] = query.data ?? [];
  return {
    known: [...(all.data ?? []), ...options],
    source,
    words: t.choices,
    why:
      unsaved.length > 0 && state.options
        ? t.choicesStale(unsaved.map(inWords).join(", "))
        : state.noOptions && t.noChoices[state.noOptions],
    // Nobody has asked for choices who only looks at a form.
    failed: wasOpen ? (query.error ?? undefined) : undefined,
    retry: () => void query.refetch(),
    list: {
      options: options.map(({ value, label, description }) => ({ value, label, hint: description ?? value })),
      onSearch: setSearch,
      loading: query.isFetching || wanted !== search.trim(),
      open: isOpen,
      onOpenChange: (open: boolean) => {
        setIsOpen(open);
        setWasOpen(true);
      },
    },
  };
}

/** What a text was when it had not changed for a while. */
function useSettled(text: string, wait: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), wait);
    return () => clearTimeout(timer);
  }, [text, wait]);
  return settled;
}

function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useFormText();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <ErrorNote error={error} />
      <Button size="sm" onClick={retry}>
        {t.choicesAgain}
      </Button>
    </div>
  );
}
