import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useMe } from "@/api";
import { Avatar, Button, Combobox, useShortcut } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { useCanAssign } from "../permissions";
import { useAgentOptions } from "../presence/agent-options";
import type { Conversation } from "../types";
import { useAssign } from "./mutations";

/** Whose it is; two clicks make it somebody else's. Whoever may not assign can take what is free and give back what is theirs. */
export function AssigneePicker({ conversation }: { conversation: Conversation }) {
  const t = useConversationText();
  const { user } = useMe();
  const nameOf = useNameOf();
  const agents = useAgentOptions();
  const canAssign = useCanAssign();
  const assign = useAssign(conversation.id);
  const [open, setOpen] = useState(false);
  const { assignee_id } = conversation;
  const allowed = canAssign || !assignee_id || assignee_id === user.id;
  useShortcut("a", t.assign, () => setOpen(true), { group: t.conversationGroup, disabled: !allowed });
  const choices = canAssign ? agents : agents.filter(({ value }) => value === user.id);
  const trigger = (
    <Button
      aria-label={t.assigneeIs(nameOf(assignee_id))}
      disabled={!allowed}
      title={allowed ? undefined : t.mayNotAssign}
    >
      {assignee_id && <Avatar name={nameOf(assignee_id)} size="sm" />}
      <span className="max-w-32 truncate max-lg:hidden">{nameOf(assignee_id)}</span>
      <ChevronDown aria-hidden />
    </Button>
  );
  return (
    <Combobox
      label={t.assign}
      trigger={trigger}
      open={open}
      onOpenChange={setOpen}
      value={assignee_id ?? null}
      onValueChange={(id) => assign.mutate(id)}
      none={t.nobody}
      options={choices.map((one) => (one.value === user.id ? { ...one, label: t.me(one.label) } : one))}
    />
  );
}
