import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, queryClient } from "@/api";
import { Field, Textarea, toast } from "@/ui";
import { useConversationText } from "../conversation-text";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";

/** Asks the customer what they think. */
export function RatingDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const { id } = detail.conversation;
  const [text, setText] = useState("");
  const ask = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/v1/conversations/{id}/surveys", {
          params: { path: { id } },
          body: { text: text.trim() || undefined },
        }),
      ),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["conversations"] });
      toast({ title: t.ratingAsked });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t.askRating}
      description={t.askRatingHint}
      action={t.send}
      busy={ask.isPending}
      error={ask.error}
      onClose={onClose}
      onSubmit={() => ask.mutate()}
    >
      <Field label={t.ratingText} hint={t.ratingTextHint}>
        <Textarea rows={3} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
