import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field, Select, Textarea } from "@/ui";
import { useConversationText } from "../conversation-text";
import { teamsQuery } from "../queries";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";
import { useTransfer } from "./mutations";

export function TransferDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const { id, team_id } = detail.conversation;
  const teams = useQuery(teamsQuery).data ?? [];
  const transfer = useTransfer(id);
  const others = teams.filter((team) => team.id !== team_id);
  const [team, setTeam] = useState("");
  const [note, setNote] = useState("");
  const submit = () =>
    transfer.mutate({ team_id: team || null, note: note.trim() || undefined }, { onSuccess: onClose });
  return (
    <FormDialog
      title={t.transfer}
      description={t.transferHint}
      action={t.transfer}
      busy={transfer.isPending}
      onClose={onClose}
      onSubmit={submit}
    >
      <Field label={t.team}>
        <Select
          value={team}
          onValueChange={setTeam}
          placeholder={t.noTeam}
          options={others.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Field>
      <Field label={t.noteForThem}>
        <Textarea rows={3} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
