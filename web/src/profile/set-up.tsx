/** A second factor is set up: the password, the picture for the app, a code of the app. */

import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type components, fieldError } from "@/api";
import { Button, CopyButton, Dialog, ErrorNote, Field, Input } from "@/ui";
import { Prove } from "./prove";
import { QrCode } from "./qr-code";
import { beginFactor, confirmFactor } from "./queries";
import { useText } from "./text";

interface Props {
  onCodes: (codes: string[]) => void;
  onClose: () => void;
}

export function SetUp({ onCodes, onClose }: Props) {
  const { factor: t } = useText();
  const [begun, setBegun] = useState<components["schemas"]["NewSecondFactor"]>();
  if (begun) {
    return <Scan {...begun} onCodes={onCodes} onClose={onClose} />;
  }
  const begin = async (password: string) => setBegun(await beginFactor(password));
  return <Prove title={t.setUp} action={t.next} onProven={begin} onClose={onClose} />;
}

type ScanProps = Props & components["schemas"]["NewSecondFactor"];

function Scan({ secret, otpauth_uri: uri, onCodes, onClose }: ScanProps) {
  const { factor: t } = useText();
  const form = useId();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => confirmFactor(code.replace(/\s/g, "")),
    onSuccess: ({ recovery_codes: codes }) => onCodes(codes),
  });
  const wrong = fieldError(confirm.error, "/code");
  const footer = (
    <>
      <Button onClick={onClose}>{t.cancel}</Button>
      <Button type="submit" form={form} variant="primary" busy={confirm.isPending} disabled={code.trim().length < 6}>
        {t.confirm}
      </Button>
    </>
  );
  return (
    <Dialog open onOpenChange={onClose} title={t.scanTitle} description={t.scan} size="sm" footer={footer}>
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate();
        }}
      >
        <QrCode text={uri} label={t.qr} />
        <div className="text-sm">
          <p className="text-muted">{t.byHand}</p>
          <p className="flex items-center gap-1">
            <code className="min-w-0 font-mono text-xs break-all">{secret.match(/.{1,4}/g)?.join(" ")}</code>
            <CopyButton text={secret} />
          </p>
        </div>
        <Field label={t.code} hint={t.codeHint} required error={wrong}>
          <Input
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </Field>
        {confirm.isError && !wrong && <ErrorNote error={confirm.error} />}
      </form>
    </Dialog>
  );
}
