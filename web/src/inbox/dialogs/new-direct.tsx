import { useState } from "react";
import { useMe } from "@/api";
import { Combobox, Field } from "@/ui";
import { FormDialog } from "../actions/form-dialog";
import { useConversationText } from "../conversation-text";
import { useAgentOptions } from "../presence/agent-options";
import { useBegin } from "./use-begin";

export function NewDirect({ onClose }: { onClose: () => void }) {
  const t = useConversationText();
  const { user } = useMe();
  const agents = useAgentOptions().filter(({ value }) => value !== user.id);
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
        <Combobox label={t.withWhom} value={person} onValueChange={setPerson} options={agents} />
      </Field>
    </FormDialog>
  );
}
