/** One step of a macro with what it needs. */

import { useQuery } from "@tanstack/react-query";
import { Combobox, Field, Input, Select, Textarea } from "@/ui";
import { teamsQuery, usersQuery } from "../queries";
import { type MacroAction, tagsQuery } from "./queries";
import { useText } from "./text";

interface StepProps {
  action: MacroAction;
  onChange: (action: MacroAction) => void;
  problem: (name: string) => string | undefined;
}

export function MacroStep({ action, onChange, problem }: StepProps) {
  const { macros: t } = useText();
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: tags = [] } = useQuery(tagsQuery);
  switch (action.type) {
    case "send_message":
    case "note":
      return (
        <Field label={t.text} error={problem("text")}>
          <Textarea
            rows={3}
            value={action.text}
            onChange={(event) => onChange({ ...action, text: event.target.value })}
          />
        </Field>
      );
    case "add_tag":
    case "remove_tag":
      return (
        <Field label={t.tag} error={problem("tag")}>
          <Combobox
            label={t.tag}
            value={action.tag || null}
            onValueChange={(tag) => onChange({ ...action, tag: tag ?? "" })}
            options={tags.map(({ name }) => ({ value: name, label: name }))}
          />
        </Field>
      );
    case "set_status":
      return <StatusStep action={action} onChange={onChange} problem={problem} />;
    case "set_priority":
      return (
        <Field label={t.priority}>
          <Select
            value={action.priority}
            onValueChange={(value) => onChange({ ...action, priority: value as typeof action.priority })}
            options={Object.entries(t.priorities).map(([value, label]) => ({ value, label }))}
          />
        </Field>
      );
    case "assign":
      return (
        <Field label={t.person} error={problem("user_id")}>
          <Combobox
            label={t.person}
            none={t.nobody}
            placeholder={t.nobody}
            value={action.user_id ?? null}
            onValueChange={(user_id) => onChange({ ...action, user_id })}
            options={users.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
      );
    case "transfer":
      return (
        <Field label={t.team} error={problem("team_id")}>
          <Select
            value={action.team_id ?? ""}
            placeholder={t.noTeam}
            onValueChange={(team_id) => onChange({ ...action, team_id: team_id || null })}
            options={teams.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
      );
    case "escalate":
      return (
        <Field label={t.reason} error={problem("reason")}>
          <Input value={action.reason} onChange={(event) => onChange({ ...action, reason: event.target.value })} />
        </Field>
      );
    case "assign_to_me":
    case "archive":
      return null;
  }
}

type StatusAction = Extract<MacroAction, { type: "set_status" }>;

function StatusStep({ action, onChange, problem }: StepProps & { action: StatusAction }) {
  const { macros: t } = useText();
  return (
    <>
      <Field label={t.status} error={problem("status")}>
        <Select
          value={action.status}
          onValueChange={(status) => onChange({ type: "set_status", status: status as StatusAction["status"] })}
          options={Object.entries(t.statuses).map(([value, label]) => ({ value, label }))}
        />
      </Field>
      {action.status === "snoozed" && (
        <Field label={t.minutes} error={problem("minutes")}>
          <Input
            type="number"
            min={1}
            value={action.minutes ?? ""}
            onChange={(event) =>
              onChange({ ...action, minutes: event.target.value ? Number(event.target.value) : null })
            }
          />
        </Field>
      )}
      {action.status === "closed" && (
        <Field label={t.reason} error={problem("reason")}>
          <Input
            value={action.reason ?? ""}
            onChange={(event) => onChange({ ...action, reason: event.target.value || null })}
          />
        </Field>
      )}
    </>
  );
}
