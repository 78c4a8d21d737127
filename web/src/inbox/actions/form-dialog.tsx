import { type ReactNode, useId } from "react";
import { Button, Dialog, ErrorNote } from "@/ui";
import { useConversationText } from "../conversation-text";

interface FormDialogProps {
  title: string;
  description?: string;
  action: string;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  size?: "sm" | "md" | "lg";
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

/** A dialog that is a form: Enter does it, Escape does not, and what went wrong stands above. */
export function FormDialog({ action, busy, disabled, error, onClose, onSubmit, children, ...dialog }: FormDialogProps) {
  const t = useConversationText();
  const form = useId();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      {...dialog}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" form={form} variant="primary" busy={busy} disabled={disabled}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {error ? <ErrorNote error={error} /> : null}
        {children}
      </form>
    </Dialog>
  );
}
