import { Button } from "./button";
import type { Question } from "./confirm";
import { Dialog } from "./dialog";
import { useUiText } from "./text";

export interface ConfirmDialogProps extends Question {
  busy?: boolean;
  onAnswer: (confirmed: boolean) => void;
}

export function ConfirmDialog({ title, detail, action, danger, busy, onAnswer }: ConfirmDialogProps) {
  const t = useUiText();
  return (
    <Dialog
      open
      onOpenChange={() => onAnswer(false)}
      title={title}
      size="sm"
      footer={
        <>
          <Button onClick={() => onAnswer(false)}>{t.cancel}</Button>
          <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={() => onAnswer(true)}>
            {action}
          </Button>
        </>
      }
    >
      {detail !== undefined ? <div className="text-sm text-muted">{detail}</div> : undefined}
    </Dialog>
  );
}
