import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldError, ProblemError, useMe } from "@/api";
import { PasswordInput } from "@/session/password-input";
import { Button, ErrorNote, Field, Section, toast } from "@/ui";
import { setPassword } from "./queries";
import { useText } from "./text";

export function Password() {
  const { password: t } = useText();
  const { user } = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const save = useMutation({
    mutationFn: () => setPassword(user.id, current, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      toast({ title: t.changed });
    },
  });
  const hasPlace = save.error instanceof ProblemError && Boolean(save.error.problem.errors?.length);
  return (
    <Section title={t.title} description={t.description}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {/* Password managers want to know whose it is. */}
        <input type="email" autoComplete="username" value={user.email} readOnly hidden />
        <Field label={t.current} required error={fieldError(save.error, "/current_password")}>
          <PasswordInput kind="current-password" value={current} onChange={setCurrent} />
        </Field>
        <Field label={t.new} hint={t.newHint} required error={fieldError(save.error, "/new_password")}>
          <PasswordInput kind="new-password" value={next} onChange={setNext} />
        </Field>
        {save.isError && !hasPlace && <ErrorNote error={save.error} />}
        <div>
          <Button type="submit" busy={save.isPending} disabled={!current || !next}>
            {t.change}
          </Button>
        </div>
      </form>
    </Section>
  );
}
