/** What holds for everybody: second factors, closing, ratings. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type components, fieldError, isProblem } from "@/api";
import {
  Button,
  Checkbox,
  ErrorNote,
  ErrorState,
  Field,
  Page,
  Section,
  Select,
  SkeletonRows,
  Textarea,
  toast,
} from "@/ui";
import { change, refresh, settingsQuery } from "./queries";
import { useText } from "./text";

type Settings = components["schemas"]["TenantSettings"];

const ENFORCEMENTS: Settings["require_second_factor"][] = ["off", "admins", "everybody"];

export function SettingsPage() {
  const { settings: t } = useText();
  const { data, error, isPending, refetch } = useQuery(settingsQuery);
  return (
    <Page title={t.title} description={t.description} width="narrow">
      {isPending ? (
        <SkeletonRows />
      ) : !data ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <Form key={data.tag} settings={data.value} tag={data.tag} />
      )}
    </Page>
  );
}

function Form({ settings, tag }: { settings: Settings; tag: string }) {
  const { settings: t, ...common } = useText();
  const [draft, setDraft] = useState({ ...settings, close_reasons: settings.close_reasons.join("\n") });
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => {
      const { updated_at: _, close_reasons: lines, rating_question: question, ...rest } = draft;
      const close_reasons = lines.split("\n").flatMap((line) => line.trim() || []);
      return change.settings(tag, { ...rest, close_reasons, rating_question: question?.trim() || null });
    },
    onSuccess: async () => {
      toast({ title: common.saved });
      await refresh("settings");
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Section title={t.security}>
        <Field label={t.secondFactor} hint={t.secondFactorHint}>
          <Select
            value={draft.require_second_factor}
            onValueChange={(value) =>
              set({ require_second_factor: ENFORCEMENTS.find((known) => known === value) ?? "off" })
            }
            options={ENFORCEMENTS.map((value) => ({ value, label: t.secondFactors[value] ?? value }))}
          />
        </Field>
      </Section>
      <Section title={t.closing}>
        <Checkbox
          label={t.reasonRequired}
          checked={draft.close_reason_required}
          onCheckedChange={(on) => set({ close_reason_required: on })}
        />
        <Field label={t.reasons} hint={t.reasonsHint} error={fieldError(save.error, "/close_reasons")}>
          <Textarea
            rows={5}
            value={draft.close_reasons}
            onChange={(event) => set({ close_reasons: event.target.value })}
          />
        </Field>
      </Section>
      <Section title={t.rating}>
        <Checkbox label={t.ask} checked={draft.ask_for_rating} onCheckedChange={(on) => set({ ask_for_rating: on })} />
        <Field label={t.question} hint={t.questionHint} error={fieldError(save.error, "/rating_question")}>
          <Textarea
            rows={3}
            maxLength={2000}
            value={draft.rating_question ?? ""}
            onChange={(event) => set({ rating_question: event.target.value })}
          />
        </Field>
      </Section>
      {isProblem(save.error, "precondition_failed") ? (
        <div role="alert" className="mb-4 rounded-md bg-warning-soft p-3 text-sm text-warning">
          <p className="pb-2">{t.conflict}</p>
          <Button size="sm" onClick={() => void refresh("settings")}>
            {t.reload}
          </Button>
        </div>
      ) : (
        save.isError && (
          <div className="mb-4">
            <ErrorNote error={save.error} />
          </div>
        )
      )}
      <Button type="submit" variant="primary" busy={save.isPending}>
        {common.save}
      </Button>
    </form>
  );
}
