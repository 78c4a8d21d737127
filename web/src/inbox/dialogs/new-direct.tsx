import { useState } from "react";
import { useMe } from "@/api";
import { Avatar, Combobox, Field } from "@/ui";
import { FormDialog } from "../actions/form-dialog";
import { useAgents, usePresence } from "../agents";
import { useConversationText } from "../conversation-text";
import { useBegin } from "./use-begin";

export function NewDirect({ onClose }: { onClose: () => void }) {
  const t = useConversationText();
  const { user } = useMe();
  const agents = useAgents().filter(({ id }) => id !== user.id);
  const presence = usePresence();
  const begin = useBegin(onClose);
  const [person, setPerson] = useState<string | null>(null);
  return (
    <FormDialog
      title={t.newDirect}
      action={t.open}
      busy={begin.isPending}
      disabled={!person}
      error={begin.error}
      onClose={onClose}
      onSubmit={() => person && begin.mutate({ type: "direct_message", members: [person] })}
    >
      <Field label={t.withWhom} required>
        <Combobox
          label={t.withWhom}
          value={person}
          onValueChange={setPerson}
          options={agents.map(({ id, name }) => ({
            value: id,
            label: name,
            icon: <Avatar name={name} size="sm" presence={presence.get(id)} />,
          }))}
        />
      </Field>
    </FormDialog>
  );
}
