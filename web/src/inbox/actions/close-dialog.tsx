import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field, Input, Select } from "@/ui";
import { useConversationText } from "../conversation-text";
import { settingsQuery } from "../queries";

interface CloseDialogProps {
  open: boolean;
  /** Says how many, where it is not one. */
  title?: string;
  onOpenChange: (open: boolean) => void;
  onClose: (reason: string | undefined) => void;
}

/** Why a conversation is over: of the tenant's list, or in words where there is none. */
export function CloseDialog(props: CloseDialogProps) {
  // Begins anew each time.
  return props.open ? <OpenCloseDialog {...props} /> : null;
}

function OpenCloseDialog({ title, onOpenChange, onClose }: CloseDialogProps) {
  const t = useConversationText();
  const form = useId();
  const { data } = useQuery(settingsQuery);
  const reasons = data?.close_reasons ?? [];
  const required = data?.close_reason_required ?? false;
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (required && !reason.trim()) setMissing(true);
    else onClose(reason.trim() || undefined);
  };
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={title ?? t.closeTitle}
      size="sm"
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t.cancel}</Button>
          <Button type="submit" form={form} variant="primary">
            {t.close}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label={t.reason} required={required} error={missing && t.reasonMissing}>
          {reasons.length > 0 ? (
            <Select
              value={reason}
              onValueChange={setReason}
              placeholder={required ? t.chooseReason : t.noReason}
              options={reasons.map((value) => ({ value, label: value }))}
            />
          ) : (
            <Input autoFocus maxLength={100} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
