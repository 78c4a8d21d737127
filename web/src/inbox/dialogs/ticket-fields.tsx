import { useQuery } from "@tanstack/react-query";
import { Field, Input, Select, Textarea } from "@/ui";
import { useConversationText } from "../conversation-text";
import { teamsQuery } from "../queries";
import { PRIORITIES, type Priority } from "../types";

export interface TicketDraft {
  title: string;
  description: string;
  team: string;
  priority: Priority;
}

export const emptyTicket: TicketDraft = { title: "", description: "", team: "", priority: "normal" };

interface TicketFieldsProps {
  draft: TicketDraft;
  onChange: (draft: TicketDraft) => void;
}

/** What a ticket begins with, wherever it comes from. */
export function TicketFields({ draft, onChange }: TicketFieldsProps) {
  const t = useConversationText();
  const teams = useQuery(teamsQuery).data ?? [];
  const put = (change: Partial<TicketDraft>) => onChange({ ...draft, ...change });
  return (
    <>
      <Field label={t.subject} required>
        <Input autoFocus maxLength={255} value={draft.title} onChange={(event) => put({ title: event.target.value })} />
      </Field>
      <Field label={t.description}>
        <Textarea value={draft.description} onChange={(event) => put({ description: event.target.value })} />
      </Field>
      <div className="grid gap-4 md:grid-cols-2">
        <Field label={t.team} hint={t.ticketTeamHint}>
          <Select
            value={draft.team}
            onValueChange={(team) => put({ team })}
            placeholder={t.noTeam}
            options={teams.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={t.priority}>
          <Select
            value={draft.priority}
            onValueChange={(priority) => put({ priority: priority as Priority })}
            options={PRIORITIES.map((value) => ({ value, label: t.priorities[value] }))}
          />
        </Field>
      </div>
    </>
  );
}
