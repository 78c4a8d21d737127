import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { anonymous, type components, ok } from "@/api";
import { Button, ErrorNote, Field, Input } from "@/ui";
import { Frame } from "./frame";
import { useSessionText } from "./text";

interface SecondStepProps {
  challenge: string;
  onTokens: (tokens: components["schemas"]["Tokens"]) => void;
  onStartAgain: () => void;
}

/** The code of an app, or a recovery code. */
export function SecondStep({ challenge, onTokens, onStartAgain }: SecondStepProps) {
  const t = useSessionText();
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(false);
  const verify = useMutation({
    mutationFn: () =>
      ok(anonymous.POST("/api/v1/auth/login/second-factor", { body: { challenge, code: code.trim() } })),
    onSuccess: onTokens,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    verify.mutate();
  };
  const change = () => {
    setRecovery(!recovery);
    setCode("");
    verify.reset();
  };
  return (
    <Frame title={t.codeTitle}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {verify.error && <ErrorNote error={verify.error} />}
        <Field label={recovery ? t.recoveryCode : t.code} hint={recovery ? t.recoveryHint : t.codeHint}>
          <Input
            key={String(recovery)}
            autoComplete={recovery ? "off" : "one-time-code"}
            inputMode={recovery ? "text" : "numeric"}
            required
            autoFocus
            value={code}
            onChange={(event) => setCode(event.target.value)}
            className="font-mono tracking-widest"
          />
        </Field>
        <Button type="submit" variant="primary" busy={verify.isPending}>
          {t.verify}
        </Button>
      </form>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="ghost" size="sm" onClick={change}>
          {recovery ? t.useApp : t.useRecovery}
        </Button>
        <Button variant="ghost" size="sm" onClick={onStartAgain}>
          {t.startAgain}
        </Button>
      </div>
    </Frame>
  );
}
