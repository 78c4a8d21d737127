import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { anonymous, fieldError, isProblem, ok } from "@/api";
import { Button, buttonClass, ErrorNote, Field } from "@/ui";
import { Frame } from "./frame";
import { useLinkToken } from "./link-token";
import { PASSWORD_MIN, PasswordInput } from "./password-input";
import { useSessionText } from "./text";

export function ResetPassword() {
  const t = useSessionText();
  const token = useLinkToken();
  const [password, setPassword] = useState("");
  const [short, setShort] = useState(false);
  const reset = useMutation({
    mutationFn: (token: string) =>
      ok(anonymous.POST("/api/v1/auth/password-reset/confirmation", { body: { token, new_password: password } })),
  });
  if (!token || isProblem(reset.error, "link_expired")) {
    return (
      <Frame title={token ? t.linkOld : t.noToken} hint={token ? t.linkOldHint : t.noTokenHint}>
        <Link to="/forgot-password" className={buttonClass("primary")}>
          {t.askAnother}
        </Link>
      </Frame>
    );
  }
  if (reset.isSuccess) {
    return (
      <Frame title={t.passwordSet} hint={t.passwordSetHint}>
        <Link to="/sign-in" className={buttonClass("primary")}>
          {t.signIn}
        </Link>
      </Frame>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShort(password.length < PASSWORD_MIN);
    if (password.length >= PASSWORD_MIN) reset.mutate(token);
  };
  const wrong = fieldError(reset.error, "/new_password");
  return (
    <Frame title={t.resetTitle}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {reset.error && !wrong && <ErrorNote error={reset.error} />}
        <Field label={t.newPassword} hint={t.passwordHint} error={short ? t.passwordShort : wrong}>
          <PasswordInput kind="new-password" autoFocus value={password} onChange={setPassword} />
        </Field>
        <Button type="submit" variant="primary" busy={reset.isPending}>
          {t.setPassword}
        </Button>
      </form>
    </Frame>
  );
}
