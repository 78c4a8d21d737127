import { useState } from "react";
import { FormDialog } from "../actions/form-dialog";
import { useConversationText } from "../conversation-text";
import { emptyTicket, TicketFields } from "./ticket-fields";
import { useBegin } from "./use-begin";

export function NewTicket({ onClose }: { onClose: () => void }) {
  const t = useConversationText();
  const begin = useBegin(onClose);
  const [draft, setDraft] = useState(emptyTicket);
  const submit = () =>
    begin.mutate({
      type: "internal_ticket",
      title: draft.title.trim(),
      description: draft.description.trim() || undefined,
      priority: draft.priority,
      team_id: draft.team || undefined,
    });
  return (
    <FormDialog
      title={t.newTicket}
      action={t.create}
      busy={begin.isPending}
      disabled={!draft.title.trim()}
      error={begin.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <TicketFields draft={draft} onChange={setDraft} />
    </FormDialog>
  );
}
