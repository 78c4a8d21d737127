import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { anonymous, ok } from "@/api";
import { Button, ErrorNote, Field, Input } from "@/ui";
import { Frame } from "./frame";
import { useSessionText } from "./text";

export function ForgotPassword() {
  const t = useSessionText();
  const [email, setEmail] = useState("");
  const request = useMutation({
    mutationFn: () => ok(anonymous.POST("/api/v1/auth/password-reset", { body: { email } })),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    request.mutate();
  };
  const back = (
    <Link to="/sign-in" className="self-start text-sm text-accent-ink hover:underline">
      {t.backToSignIn}
    </Link>
  );
  if (request.isSuccess) {
    return (
      <Frame title={t.linkSent} hint={t.linkSentHint(email)}>
        {back}
      </Frame>
    );
  }
  return (
    <Frame title={t.forgotTitle} hint={t.forgotHint}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {request.error && <ErrorNote error={request.error} />}
        <Field label={t.email}>
          <Input
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <Button type="submit" variant="primary" busy={request.isPending}>
          {t.sendLink}
        </Button>
      </form>
      {back}
    </Frame>
  );
}
