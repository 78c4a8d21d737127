import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, idempotencyKey, ok } from "@/api";
import { Field, Textarea, toast } from "@/ui";
import { putMessage } from "../cache";
import { useConversationText } from "../conversation-text";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";

/** Lets the customer have written something: for tests, training and trying out rules. */
export function SimulateDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const { id } = detail.conversation;
  const [key] = useState(idempotencyKey);
  const [text, setText] = useState("");
  const simulate = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/v1/conversations/{id}/simulate-inbound", {
          params: { path: { id }, header: { "Idempotency-Key": key } },
          body: { text: text.trim() },
        }),
      ),
    onSuccess: (message) => {
      putMessage(id, message);
      toast({ title: t.simulated });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t.simulate}
      description={t.simulateHint}
      action={t.simulateAction}
      busy={simulate.isPending}
      disabled={!text.trim()}
      error={simulate.error}
      onClose={onClose}
      onSubmit={() => simulate.mutate()}
    >
      <Field label={t.message} required>
        <Textarea autoFocus maxLength={4096} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
