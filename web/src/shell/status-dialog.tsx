import { useId, useState } from "react";
import { availability, choose } from "@/inbox/presence/availability";
import { Button, Dialog, Field, Input } from "@/ui";
import { useShellText } from "./text";

/** What the person says about how they are there. */
export function StatusDialog({ onClose }: { onClose: () => void }) {
  const t = useShellText();
  const form = useId();
  const [text, setText] = useState(availability().text);
  const say = (words: string) => {
    choose({ text: words.trim() });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t.statusText}
      size="sm"
      footer={
        <>
          <Button onClick={() => say("")}>{t.statusNone}</Button>
          <Button type="submit" form={form} variant="primary">
            {t.statusSay}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          say(text);
        }}
      >
        <Field label={t.statusText} hint={t.statusHint} hideLabel>
          <Input maxLength={255} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}
