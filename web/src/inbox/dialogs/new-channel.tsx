import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldError, useMe } from "@/api";
import { Checkbox, Combobox, Field, Input, Select, Textarea } from "@/ui";
import { FormDialog } from "../actions/form-dialog";
import { useConversationText } from "../conversation-text";
import { useAgentOptions } from "../presence/agent-options";
import { brandsQuery } from "../queries";
import { useBegin } from "./use-begin";

export function NewChannel({ onClose }: { onClose: () => void }) {
  const t = useConversationText();
  const { user } = useMe();
  const agents = useAgentOptions().filter(({ value }) => value !== user.id);
  const brands = useQuery(brandsQuery).data ?? [];
  const begin = useBegin(onClose);
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [brand, setBrand] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const [members, setMembers] = useState<string[]>([]);
  const wrong = fieldError(begin.error, "/title") ?? fieldError(begin.error, "/slug");
  const submit = () =>
    begin.mutate({
      type: "team_channel",
      title: title.trim(),
      description: description.trim() || undefined,
      brand: brand || undefined,
      is_private: isPrivate,
      members,
    });
  return (
    <FormDialog
      title={t.newChannel}
      description={t.newChannelHint}
      action={t.create}
      busy={begin.isPending}
      disabled={!title.trim()}
      error={wrong ? undefined : begin.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <Field label={t.channelName} required error={wrong}>
        <Input autoFocus maxLength={255} value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      <Field label={t.description}>
        <Textarea rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      {brands.length > 0 && (
        <Field label={t.brand}>
          <Select
            value={brand}
            onValueChange={setBrand}
            placeholder={t.noBrand}
            options={brands.map(({ key, name }) => ({ value: key, label: name }))}
          />
        </Field>
      )}
      <Field label={t.members}>
        <Combobox multiple label={t.members} value={members} onValueChange={setMembers} options={agents} />
      </Field>
      <Checkbox label={t.privateChannel} hint={t.privateChannelHint} checked={isPrivate} onCheckedChange={setPrivate} />
    </FormDialog>
  );
}
