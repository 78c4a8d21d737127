/** Chooses a template of a connection, and fills it in. */

import { useQuery } from "@tanstack/react-query";
import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import type { components } from "@/api";
import { Combobox, EmptyState, ErrorState, Field, Input, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import { templatesQuery } from "../queries";
import { keyOf, parametersOf, placesOf, previewOf } from "./template-variables";

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
  const complete = template && placesOf(template).every((place) => values.get(keyOf(place))?.trim());
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
          <Field key={keyOf(place)} label={t.templatePlace(place.name, place.part)} required>
            <Input
              value={values.get(keyOf(place)) ?? ""}
              onChange={(event) => fill(keyOf(place), event.target.value)}
            />
          </Field>
        ))}
      {template && (
        <figure>
          <figcaption className="mb-1 text-xs font-medium text-muted">{t.preview}</figcaption>
          <p className="rounded-lg bg-bubble-own px-3 py-2 text-sm break-words whitespace-pre-wrap">
            {previewOf(template, values)}
          </p>
        </figure>
      )}
    </>
  );
}

function nameOf({ name, language }: Template): string {
  return `${name} ${language}`;
}
