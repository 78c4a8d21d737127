/** Whether there is a second factor, and the ways to another state. */

import { useQuery } from "@tanstack/react-query";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState } from "react";
import { Badge, Button, ErrorState, Section, SkeletonRows, toast } from "@/ui";
import { Prove } from "./prove";
import { factorQuery, refreshFactor, removeFactor, renewCodes } from "./queries";
import { RecoveryCodes } from "./recovery-codes";
import { SetUp } from "./set-up";
import { useText } from "./text";

type Step = "set-up" | "renew" | "remove" | { codes: string[] };

export function SecondFactor() {
  const { factor: t } = useText();
  const { data: factor, error, isPending, refetch } = useQuery(factorQuery);
  const [step, setStep] = useState<Step>();
  const done = () => {
    setStep(undefined);
    void refreshFactor();
  };
  return (
    <Section title={t.title} description={t.description}>
      {isPending ? (
        <SkeletonRows rows={2} />
      ) : !factor ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <div className="flex flex-wrap items-center gap-3">
          {factor.set ? (
            <>
              <Badge tone="success" icon={<ShieldCheck />}>
                {t.on}
              </Badge>
              <span className="text-sm text-muted">{t.codesLeft(factor.recovery_codes_left)}</span>
              <span className="flex-1" />
              <Button onClick={() => setStep("renew")}>{t.renew}</Button>
              <Button onClick={() => setStep("remove")}>{t.remove}</Button>
            </>
          ) : (
            <>
              <Badge icon={<ShieldOff />}>{t.off}</Badge>
              <span className="flex-1" />
              <Button variant="primary" onClick={() => setStep("set-up")}>
                {t.setUp}
              </Button>
            </>
          )}
        </div>
      )}
      {step === "set-up" && <SetUp onCodes={(codes) => setStep({ codes })} onClose={() => setStep(undefined)} />}
      {step === "renew" && (
        <Prove
          title={t.renew}
          description={t.renewHint}
          action={t.renew}
          onProven={async (password) => setStep({ codes: (await renewCodes(password)).recovery_codes })}
          onClose={() => setStep(undefined)}
        />
      )}
      {step === "remove" && (
        <Prove
          danger
          title={t.remove}
          action={t.remove}
          onProven={async (password) => {
            await removeFactor(password);
            toast({ title: t.removed });
            done();
          }}
          onClose={() => setStep(undefined)}
        />
      )}
      {typeof step === "object" && <RecoveryCodes codes={step.codes} onClose={done} />}
    </Section>
  );
}
