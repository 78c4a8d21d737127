import { useState } from "react";
import { Field, Textarea } from "@/ui";
import { useConversationText } from "../conversation-text";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";
import { useEscalate } from "./mutations";

export function EscalateDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const escalate = useEscalate(detail.conversation.id);
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t.escalate}
      description={t.escalateHint}
      action={t.escalate}
      busy={escalate.isPending}
      disabled={!reason.trim()}
      onClose={onClose}
      onSubmit={() => escalate.mutate({ reason: reason.trim() }, { onSuccess: onClose })}
    >
      <Field label={t.reason} required>
        <Textarea
          autoFocus
          rows={3}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
