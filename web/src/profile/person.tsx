import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldError, meQuery, queryClient, useMe } from "@/api";
import { Button, ErrorNote, Field, Input, Section, toast } from "@/ui";
import { rename } from "./queries";
import { useText } from "./text";

export function Person() {
  const t = useText();
  const { user } = useMe();
  const [name, setName] = useState(user.name);
  const save = useMutation({
    mutationFn: () => rename(user.id, name.trim()),
    onSuccess: async () => {
      toast({ title: t.saved });
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      await queryClient.invalidateQueries({ queryKey: ["users"] });
    },
  });
  return (
    <Section title={t.person}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t.name} required error={fieldError(save.error, "/name")}>
          <Input autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.email}>
          <Input readOnly value={user.email} />
        </Field>
        {save.isError && !fieldError(save.error, "/name") && <ErrorNote error={save.error} />}
        <div>
          <Button type="submit" busy={save.isPending} disabled={!name.trim() || name === user.name}>
            {t.save}
          </Button>
        </div>
      </form>
    </Section>
  );
}
