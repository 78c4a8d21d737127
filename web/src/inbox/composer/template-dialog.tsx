import { FormDialog } from "../actions/form-dialog";
import { useConversationText } from "../conversation-text";
import { outbox } from "../outbox";
import type { Conversation } from "../types";
import { TemplateForm, useTemplateDraft } from "./template-form";

interface TemplateDialogProps {
  conversation: Conversation;
  /** The message that is answered with it. */
  replyTo?: string;
  onSent?: () => void;
  onClose: () => void;
}

/** Sends a template of the provider: choose, fill in, see what the customer will read. */
export function TemplateDialog({ conversation, replyTo, onSent, onClose }: TemplateDialogProps) {
  const t = useConversationText();
  const connectionId = conversation.connection_id ?? "";
  const draft = useTemplateDraft(connectionId);
  const send = () => {
    if (!draft.content) return;
    outbox.add(conversation.id, { kind: "message", content: draft.content, reply_to: replyTo });
    onSent?.();
    onClose();
  };
  return (
    <FormDialog title={t.sendTemplate} action={t.send} disabled={!draft.content} onClose={onClose} onSubmit={send}>
      <TemplateForm connectionId={connectionId} draft={draft} />
    </FormDialog>
  );
}
