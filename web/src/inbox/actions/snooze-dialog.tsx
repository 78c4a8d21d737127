import { useState } from "react";
import { useFormat } from "@/i18n";
import { Button, Dialog, Field, Input } from "@/ui";
import { useConversationText } from "../conversation-text";
import { snoozeTimes } from "./snooze";

interface SnoozeDialogProps {
  onClose: () => void;
  /** Without a time, the contact's next message ends it. */
  onSnooze: (until: string | undefined) => void;
}

export function SnoozeDialog({ onClose, onSnooze }: SnoozeDialogProps) {
  const t = useConversationText();
  const format = useFormat();
  const [own, setOwn] = useState("");
  const time = own ? new Date(own) : undefined;
  const past = time !== undefined && time.getTime() <= Date.now();
  return (
    <Dialog open onOpenChange={onClose} title={t.snoozeTitle} description={t.snoozeHint} size="sm">
      <div className="flex flex-col gap-2">
        {snoozeTimes(new Date()).map(({ choice, until }) => (
          <Button key={choice} className="justify-between!" onClick={() => onSnooze(until.toISOString())}>
            <span>{t.snoozeChoices[choice]}</span>
            <span className="text-muted">{format.dateTime(until)}</span>
          </Button>
        ))}
        <Button className="justify-between!" onClick={() => onSnooze(undefined)}>
          {t.snoozeUntilMessage}
        </Button>
        <form
          className="mt-2 flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (time && !past) onSnooze(time.toISOString());
          }}
        >
          <div className="flex-1">
            <Field label={t.snoozeOwn} error={past && t.snoozePast}>
              <Input type="datetime-local" required value={own} onChange={(event) => setOwn(event.target.value)} />
            </Field>
          </div>
          <Button type="submit" variant="primary">
            {t.snooze}
          </Button>
        </form>
      </div>
    </Dialog>
  );
}
