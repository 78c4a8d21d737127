import { useState } from "react";
import { Button, Dialog, Field, Textarea } from "@/ui";
import { useConversationText } from "../conversation-text";

interface RewordDialogProps {
  text: string;
  onSave: (text: string) => void;
  onClose: () => void;
}

/** Another wording of what was said among people of the tenant. */
export function RewordDialog({ text: before, onSave, onClose }: RewordDialogProps) {
  const t = useConversationText();
  const [text, setText] = useState(before);
  const save = () => {
    onSave(text.trim());
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t.edit}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button variant="primary" disabled={!text.trim() || text === before} onClick={save}>
            {t.save}
          </Button>
        </>
      }
    >
      <Field label={t.message} hideLabel>
        <Textarea autoFocus rows={6} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </Dialog>
  );
}
