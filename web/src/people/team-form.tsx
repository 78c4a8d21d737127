import { useState } from "react";
import { type components, fieldError } from "@/api";
import { Field, Input, Select, Textarea, toast } from "@/ui";
import { FormDialog } from "./form-dialog";
import { change, refreshPeople, type Team } from "./queries";
import { useText } from "./text";

const ASSIGNMENTS: components["schemas"]["TeamAssignment"][] = ["manual", "round_robin", "least_busy"];

export interface TeamDraft {
  name: string;
  description: string;
  ticket_prefix: string;
  assignment: (typeof ASSIGNMENTS)[number];
  capacity: number | null;
}

export const draftOf = (team?: Team): TeamDraft => ({
  name: team?.name ?? "",
  description: team?.description ?? "",
  ticket_prefix: team?.ticket_prefix ?? "",
  assignment: team?.assignment ?? "manual",
  capacity: team?.capacity ?? null,
});

interface FieldsProps {
  draft: TeamDraft;
  onChange: (change: Partial<TeamDraft>) => void;
  error: unknown;
  readOnly?: boolean;
}

export function TeamFields({ draft, onChange, error, readOnly = false }: FieldsProps) {
  const { teams: t, ...common } = useText();
  return (
    <>
      <Field label={common.name} required error={fieldError(error, "/name")}>
        <Input
          value={draft.name}
          maxLength={50}
          readOnly={readOnly}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </Field>
      <Field label={common.description} error={fieldError(error, "/description")}>
        <Textarea
          rows={2}
          value={draft.description}
          readOnly={readOnly}
          onChange={(event) => onChange({ description: event.target.value })}
        />
      </Field>
      <Field label={t.prefix} hint={t.prefixHint} required error={fieldError(error, "/ticket_prefix")}>
        <Input
          value={draft.ticket_prefix}
          maxLength={10}
          readOnly={readOnly}
          onChange={(event) => onChange({ ticket_prefix: event.target.value.toUpperCase() })}
        />
      </Field>
      <Field label={t.assignment} hint={t.assignmentHints[draft.assignment]}>
        <Select
          value={draft.assignment}
          disabled={readOnly}
          onValueChange={(value) => onChange({ assignment: ASSIGNMENTS.find((known) => known === value) ?? "manual" })}
          options={ASSIGNMENTS.map((value) => ({ value, label: t.assignments[value] ?? value }))}
        />
      </Field>
      <Field label={t.capacity} hint={t.capacityHint} error={fieldError(error, "/capacity")}>
        <Input
          type="number"
          min={1}
          value={draft.capacity ?? ""}
          readOnly={readOnly}
          onChange={(event) => onChange({ capacity: event.target.value ? Number(event.target.value) : null })}
        />
      </Field>
    </>
  );
}

export function NewTeamDialog({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const { teams: t } = useText();
  const [draft, setDraft] = useState(draftOf());
  const submit = async () => {
    const team = await change.createTeam({ ...draft, name: draft.name.trim() });
    toast({ title: t.created(team.name) });
    await refreshPeople();
    onMade(team.id);
  };
  return (
    <FormDialog
      title={t.new}
      action={t.create}
      disabled={!draft.name.trim() || !draft.ticket_prefix}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <TeamFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} error={error} />
      )}
    </FormDialog>
  );
}
