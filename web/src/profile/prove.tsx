/** Asks for the password before something that an open browser alone must not allow. */

import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { fieldError } from "@/api";
import { PasswordInput } from "@/session/password-input";
import { Button, Dialog, ErrorNote, Field } from "@/ui";
import { useText } from "./text";

interface Props {
  title: string;
  description?: ReactNode;
  action: string;
  danger?: boolean;
  /** Throws when the server refuses the password, or the change. */
  onProven: (password: string) => Promise<unknown>;
  onClose: () => void;
}

export function Prove({ title, description, action, danger, onProven, onClose }: Props) {
  const { factor: t } = useText();
  const form = useId();
  const [password, setPassword] = useState("");
  const prove = useMutation({ mutationFn: () => onProven(password) });
  const wrong = fieldError(prove.error, "/password");
  const footer = (
    <>
      <Button onClick={onClose}>{t.cancel}</Button>
      <Button
        type="submit"
        form={form}
        variant={danger ? "danger" : "primary"}
        busy={prove.isPending}
        disabled={!password}
      >
        {action}
      </Button>
    </>
  );
  return (
    <Dialog open onOpenChange={onClose} title={title} description={description ?? t.prove} size="sm" footer={footer}>
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          prove.mutate();
        }}
      >
        <Field label={t.password} required error={wrong}>
          <PasswordInput autoFocus kind="current-password" value={password} onChange={setPassword} />
        </Field>
        {prove.isError && !wrong && <ErrorNote error={prove.error} />}
      </form>
    </Dialog>
  );
}
