/** A dialog with a form: what the server refuses is shown in it, and it closes when the change is made. */

import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { ProblemError } from "@/api";
import { Button, Dialog, Drawer, ErrorNote } from "@/ui";
import { useText } from "./text";

interface Props {
  title: string;
  description?: ReactNode;
  /** What the button says. */
  action: string;
  disabled?: boolean;
  /** Throws when the server refuses. */
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  /** After the change, instead of closing. */
  onDone?: () => void;
  size?: "sm" | "md" | "lg";
  /** At the edge of the screen, for what is long. */
  drawer?: boolean;
  /** Beside the buttons, such as one that deletes. */
  aside?: ReactNode;
  children: (error: unknown) => ReactNode;
}

export function FormDialog(props: Props) {
  const { title, description, action, disabled, onSubmit, onClose, onDone, size, drawer, aside, children } = props;
  const t = useText();
  const form = useId();
  const change = useMutation({ mutationFn: onSubmit, onSuccess: onDone ?? onClose });
  const Frame = drawer ? Drawer : Dialog;
  const footer = (
    <>
      {aside && <span className="mr-auto flex gap-2">{aside}</span>}
      <Button onClick={onClose}>{t.close}</Button>
      <Button type="submit" form={form} variant="primary" busy={change.isPending} disabled={disabled}>
        {action}
      </Button>
    </>
  );
  return (
    <Frame open onOpenChange={onClose} title={title} description={description} size={size} footer={footer}>
      <form
        id={form}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {children(change.error)}
        {change.isError && !saysWhere(change.error) && <ErrorNote error={change.error} />}
      </form>
    </Frame>
  );
}

/** Whether the fields themselves show what is wrong. */
const saysWhere = (error: unknown) =>
  error instanceof ProblemError && (error.problem.errors ?? []).some(({ pointer }) => pointer !== "");
