/** Sign in with a password; then, where asked for, with the tenant and a second factor. */

import { useMutation } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { anonymous, type components, isProblem, ok, ProblemError, session } from "@/api";
import { Button, ErrorNote, Field, Input, Select } from "@/ui";
import { Frame } from "./frame";
import { PasswordInput } from "./password-input";
import { SecondStep } from "./second-step";
import { useSessionText } from "./text";

export function SignIn() {
  const router = useRouter();
  const { from } = useSearch({ from: "/sign-in" });
  const [challenge, setChallenge] = useState<string>();
  const enter = (tokens: components["schemas"]["Tokens"]) => {
    session.start(tokens);
    router.history.replace(from ?? "/inbox");
  };
  if (challenge) {
    return <SecondStep challenge={challenge} onTokens={enter} onStartAgain={() => setChallenge(undefined)} />;
  }
  return <FirstStep onTokens={enter} onChallenge={setChallenge} />;
}

interface FirstStepProps {
  onTokens: (tokens: components["schemas"]["Tokens"]) => void;
  onChallenge: (challenge: string) => void;
}

function FirstStep({ onTokens, onChallenge }: FirstStepProps) {
  const t = useSessionText();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tenant, setTenant] = useState("");
  const [tenants, setTenants] = useState<string[]>([]);
  const login = useMutation({
    mutationFn: () =>
      ok(anonymous.POST("/api/v1/auth/login", { body: { email, password, ...(tenant ? { tenant } : {}) } })),
    onSuccess: onTokens,
    onError: (error) => {
      if (!(error instanceof ProblemError)) return;
      if (error.code === "second_factor_required") onChallenge(String(error.problem.challenge));
      if (error.code === "tenant_required") {
        const choices = error.problem.tenants as string[];
        setTenants(choices);
        setTenant(choices[0] ?? "");
      }
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const failed = login.error && !isProblem(login.error, "tenant_required") ? login.error : undefined;
  return (
    <Frame title={t.signInTitle}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {failed && <ErrorNote error={failed} />}
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
        <Field label={t.password}>
          <PasswordInput kind="current-password" value={password} onChange={setPassword} />
        </Field>
        {tenants.length > 0 && (
          <Field label={t.tenant} hint={t.tenantHint}>
            <Select
              value={tenant}
              onValueChange={setTenant}
              options={tenants.map((slug) => ({ value: slug, label: slug }))}
            />
          </Field>
        )}
        <Button type="submit" variant="primary" busy={login.isPending}>
          {t.signIn}
        </Button>
      </form>
      <Link to="/forgot-password" className="self-start text-sm text-accent-ink hover:underline">
        {t.forgot}
      </Link>
    </Frame>
  );
}
