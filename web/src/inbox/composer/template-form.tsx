/** Chooses a template of a connection, and fills it in. */

import { useQuery } from "@tanstack/react-query";
import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import type { components } from "@/api";
import { Combobox, EmptyState, ErrorState, Field, Input, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import { templatesQuery } from "../queries";
import {
  buttonsOf,
  isFillable,
  isFilled,
  keyOf,
  type Place,
  parametersOf,
  placesOf,
  previewOf,
} from "./template-variables";

type Template = components["schemas"]["Template"];

export interface TemplateDraft {
  template: Template | undefined;
  values: ReadonlyMap<string, string>;
  choose: (name: string | null) => void;
  fill: (key: string, value: string) => void;
  /** What to send, once everything is filled in. */
  content: { type: "template"; name: string; language: string; components?: unknown[] } | undefined;
}

export function useTemplateDraft(connectionId: string): TemplateDraft {
  const usable = useUsable(connectionId).data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [values, setValues] = useState<ReadonlyMap<string, string>>(new Map());
  const template = usable.find((one) => nameOf(one) === chosen);
  const complete =
    template && isFillable(template) && placesOf(template).every((place) => isFilled(place, values.get(keyOf(place))));
  return {
    template,
    values,
    choose: (name) => {
      setChosen(name);
      setValues(new Map());
    },
    fill: (key, value) => setValues(new Map(values).set(key, value)),
    content: complete ? contentOf(template, values) : undefined,
  };
}

function useUsable(connectionId: string) {
  return useQuery({
    ...templatesQuery(connectionId),
    enabled: connectionId !== "",
    select: ({ items }) => items.filter((template) => template.status === "approved"),
  });
}

function contentOf(template: Template, values: ReadonlyMap<string, string>): TemplateDraft["content"] {
  const { name, language } = template;
  const components = parametersOf(template, values);
  return { type: "template", name, language, ...(components.length > 0 ? { components } : {}) };
}

export function TemplateForm({ connectionId, draft }: { connectionId: string; draft: TemplateDraft }) {
  const t = useConversationText();
  const usable = useUsable(connectionId);
  const { template, values, choose, fill } = draft;
  if (usable.isPending) return <SkeletonRows rows={3} />;
  if (usable.isError) return <ErrorState error={usable.error} retry={() => void usable.refetch()} />;
  if (usable.data.length === 0) {
    return (
      <EmptyState icon={<LayoutTemplate />} title={t.noTemplates}>
        {t.noTemplatesHint}
      </EmptyState>
    );
  }
  return (
    <>
      <Field label={t.template} required>
        <Combobox
          label={t.template}
          value={template ? nameOf(template) : null}
          onValueChange={choose}
          options={usable.data.map((one) => ({ value: nameOf(one), label: one.name, hint: one.language }))}
        />
      </Field>
      {template &&
        placesOf(template).map((place) => (
          <PlaceField
            key={keyOf(place)}
            place={place}
            value={values.get(keyOf(place)) ?? ""}
            onFill={(value) => fill(keyOf(place), value)}
          />
        ))}
      {template && !isFillable(template) && <p className="text-sm text-warning">{t.templateBeyond}</p>}
      {template && <Preview template={template} values={values} />}
    </>
  );
}

interface PlaceFieldProps {
  place: Place;
  value: string;
  onFill: (value: string) => void;
}

function PlaceField({ place, value, onFill }: PlaceFieldProps) {
  const t = useConversationText();
  const { part, name, kind, button } = place;
  const isFile = kind !== undefined && kind !== "code";
  const label = isFile
    ? t.templateMedia(t.media[kind])
    : kind === "code"
      ? t.templateCode(button?.text ?? "")
      : button
        ? t.templateAddress(button.text, button.url ?? "")
        : t.templatePlace(name, part);
  const wrong = isFile && value.trim() !== "" && !isFilled(place, value) && t.templateMediaWrong;
  return (
    <Field label={label} required error={wrong}>
      <Input type={isFile ? "url" : "text"} value={value} onChange={(event) => onFill(event.target.value)} />
    </Field>
  );
}

/** What the customer will see. */
function Preview({ template, values }: { template: Template; values: ReadonlyMap<string, string> }) {
  const t = useConversationText();
  const file = placesOf(template).find(({ part, kind }) => part === "header" && kind)?.kind;
  const buttons = buttonsOf(template);
  return (
    <figure>
      <figcaption className="mb-1 text-xs font-medium text-muted">{t.preview}</figcaption>
      <div className="rounded-lg bg-bubble-own px-3 py-2 text-sm">
        {file && file !== "code" && <p className="mb-1 text-xs text-muted">{t.media[file]}</p>}
        <p className="break-words whitespace-pre-wrap">{previewOf(template, values)}</p>
        {buttons.length > 0 && (
          <ul className="mt-2 flex flex-col gap-1">
            {buttons.map((words) => (
              <li key={words} className="rounded border border-line bg-surface px-2 py-1 text-center text-accent-ink">
                {words}
              </li>
            ))}
          </ul>
        )}
      </div>
    </figure>
  );
}

function nameOf({ name, language }: Template): string {
  return `${name} ${language}`;
}
