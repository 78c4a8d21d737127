/** What a conversation is called, about and noted as. Which of it there is depends on its type. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type components, fieldError, ok, queryClient } from "@/api";
import { AttributeFields, type Values } from "@/contacts/attribute-fields";
import { Checkbox, Field, Input, Select, Textarea } from "@/ui";
import { FormDialog } from "../actions/form-dialog";
import { putConversation } from "../cache";
import { useConversationText } from "../conversation-text";
import { brandsQuery, eventsQuery } from "../queries";
import type { Conversation } from "../types";
import { changed, type Draft, draftOf } from "./conversation-draft";

type Change = components["schemas"]["UpdateConversation"];

interface EditConversationProps {
  conversation: Conversation;
  onClose: () => void;
}

export function EditConversation({ conversation, onClose }: EditConversationProps) {
  const t = useConversationText();
  const { id, type } = conversation;
  const brands = useQuery(brandsQuery).data ?? [];
  // As it was when the dialog opened: what others change meanwhile stays.
  const [before] = useState(() => draftOf(conversation));
  const [draft, setDraft] = useState(before);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const update = useMutation({
    mutationFn: (body: Change) => ok(api.PATCH("/api/v1/conversations/{id}", { params: { path: { id } }, body })),
    onSuccess: (now) => {
      putConversation(now);
      void queryClient.invalidateQueries({ queryKey: eventsQuery(id).queryKey });
      onClose();
    },
  });
  const titled = type === "team_channel" || type === "internal_ticket";
  const submit = () => {
    const change = changed(before, draft);
    if (Object.keys(change).length === 0) onClose();
    else update.mutate(change as Change);
  };
  return (
    <FormDialog
      title={t.editConversation}
      action={t.save}
      busy={update.isPending}
      disabled={titled && !draft.title.trim()}
      error={update.error}
      onClose={onClose}
      onSubmit={submit}
    >
      {titled && (
        <Field
          label={type === "team_channel" ? t.channelName : t.subject}
          required
          error={fieldError(update.error, "/title")}
        >
          <Input maxLength={255} value={draft.title} onChange={(event) => set({ title: event.target.value })} />
        </Field>
      )}
      {titled && (
        <Field label={t.description} error={fieldError(update.error, "/description")}>
          <Textarea
            maxLength={10_000}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
          />
        </Field>
      )}
      <Field label={t.category} error={fieldError(update.error, "/category")}>
        <Input maxLength={100} value={draft.category} onChange={(event) => set({ category: event.target.value })} />
      </Field>
      {brands.length > 0 && (
        <Field label={t.brand} error={fieldError(update.error, "/brand")}>
          <Select
            value={draft.brand}
            placeholder={t.noBrand}
            onValueChange={(brand) => set({ brand })}
            options={brands.map(({ key, name }) => ({ value: key, label: name }))}
          />
        </Field>
      )}
      <AttributeFields
        owner="conversation"
        values={draft.custom_attributes}
        onChange={(values: Values) => set({ custom_attributes: values })}
        error={update.error}
      />
      {type === "team_channel" && (
        <Checkbox
          label={t.privateChannel}
          hint={t.privateChannelHint}
          checked={draft.is_private}
          onCheckedChange={(is_private) => set({ is_private })}
        />
      )}
    </FormDialog>
  );
}
