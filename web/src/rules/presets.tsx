/** Presets: what each does, its words and texts to adjust, and the rule that comes of it. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { fieldError, listError } from "@/api";
import {
  Button,
  Drawer,
  EmptyState,
  ErrorNote,
  ErrorState,
  Field,
  Input,
  Select,
  SkeletonRows,
  Textarea,
  toast,
} from "@/ui";
import { withBegun } from "./begun";
import { adjusted, type Parameter, parameters, shown } from "./parameters";
import { createRule, type Preset, presetsQuery, refreshRules } from "./queries";
import { Sentence } from "./rules-list";
import { useText } from "./text";

export function PresetsDrawer({ onClose }: { onClose: () => void }) {
  const t = useText();
  const presets = useQuery(presetsQuery);
  const [chosen, setChosen] = useState<Preset>();
  if (chosen) {
    return <PresetDrawer preset={chosen} onBack={() => setChosen(undefined)} onClose={onClose} />;
  }
  return (
    <Drawer open onOpenChange={onClose} title={t.presets.title} description={t.presets.description}>
      {presets.isPending ? (
        <SkeletonRows />
      ) : !presets.data ? (
        <ErrorState error={presets.error} retry={presets.refetch} />
      ) : presets.data.length === 0 ? (
        <EmptyState title={t.presets.none} />
      ) : (
        <ul className="flex flex-col gap-3">
          {presets.data.map((preset) => (
            <li key={preset.key}>
              <article className="flex flex-col gap-2 rounded-lg border border-line p-3">
                <h3 className="font-medium">{preset.name}</h3>
                <p className="text-sm text-muted">{preset.description}</p>
                <div>
                  <Button
                    size="sm"
                    aria-label={`${t.presets.adjust}: ${preset.name}`}
                    onClick={() => setChosen(preset)}
                  >
                    {t.presets.adjust}
                  </Button>
                </div>
              </article>
            </li>
          ))}
        </ul>
      )}
    </Drawer>
  );
}

function PresetDrawer({ preset, onBack, onClose }: { preset: Preset; onBack: () => void; onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [name, setName] = useState(preset.name);
  const [definition, setDefinition] = useState(preset.definition);
  const create = useMutation({
    mutationFn: (enabled: boolean) => createRule({ name, description: preset.description, enabled, definition }),
    onSuccess: async (rule) => {
      toast({ title: rule.enabled ? t.presets.createdEnabled(rule.name) : t.presets.created(rule.name) });
      await refreshRules();
      onClose();
    },
  });
  const fields = parameters(preset.definition);
  const footer = (
    <>
      <Button busy={create.isPending} onClick={() => create.mutate(false)}>
        {t.presets.create}
      </Button>
      <Button variant="primary" busy={create.isPending} onClick={() => create.mutate(true)}>
        {t.presets.enable}
      </Button>
    </>
  );
  return (
    <Drawer open onOpenChange={onClose} title={preset.name} description={preset.description} footer={footer}>
      <form className="flex flex-col gap-4" onSubmit={(event) => event.preventDefault()}>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" variant="ghost" icon={<ArrowLeft />} onClick={onBack}>
            {t.presets.back}
          </Button>
          <span className="flex-1" />
          <Button
            size="sm"
            variant="ghost"
            onClick={() =>
              void navigate({
                to: "/rules/new",
                search: { preset: preset.key },
                state: withBegun({ name, definition }),
              })
            }
          >
            {t.presets.editAsJson}
          </Button>
        </div>
        <Field label={t.name} required error={fieldError(create.error, "/name")}>
          <Input value={name} maxLength={255} onChange={(event) => setName(event.target.value)} />
        </Field>
        {fields.map((field) => (
          <ParameterField
            key={field.pointer}
            field={field}
            initial={shown(preset.definition, field)}
            error={listError(create.error, `/definition${field.pointer}`)}
            onChange={(written) => setDefinition((before) => adjusted(before, field, written))}
          />
        ))}
        <div className="rounded-md bg-sunken p-3">
          <Sentence rule={{ definition }} />
        </div>
        {create.isError && <ErrorNote error={create.error} />}
      </form>
    </Drawer>
  );
}

interface FieldProps {
  field: Parameter;
  initial: string;
  error: string | undefined;
  onChange: (written: string) => void;
}

function ParameterField({ field: { name, kind, options }, initial, error, onChange }: FieldProps) {
  const t = useText();
  const [written, setWritten] = useState(initial);
  const write = (next: string) => {
    setWritten(next);
    onChange(next);
  };
  const labels = { ...t.presets, once_per: t.presets.oncePer };
  const hint = { keywords: t.presets.keywordsHint, text: t.presets.textHint }[name as string];
  return (
    <Field label={labels[name]} hint={hint} error={error}>
      {kind === "choice" ? (
        <Select
          value={written}
          onValueChange={write}
          options={(options ?? []).map((value) => ({ value, label: t.presets.once[value] ?? value }))}
        />
      ) : kind === "text" ? (
        <Input value={written} onChange={(event) => write(event.target.value)} />
      ) : (
        <Textarea rows={3} value={written} onChange={(event) => write(event.target.value)} />
      )}
    </Field>
  );
}
