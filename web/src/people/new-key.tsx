import { useState } from "react";
import { fieldError, type Permission } from "@/api";
import { Button, CopyButton, Dialog, Field, Input } from "@/ui";
import { FormDialog } from "./form-dialog";
import { PermissionFields } from "./permissions";
import { change, refreshPeople } from "./queries";
import { useText } from "./text";

/** A key to make, and then, once, the key itself. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const { keys: t, ...common } = useText();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Permission[]>([]);
  const [until, setUntil] = useState("");
  const [token, setToken] = useState<string>();
  if (token) {
    return <Token token={token} onClose={onClose} />;
  }
  const submit = async () => {
    const expires_at = until ? new Date(`${until}T23:59:59`).toISOString() : null;
    const key = await change.createKey({ name: name.trim(), scopes, expires_at });
    setToken(key.token);
  };
  return (
    <FormDialog
      drawer
      title={t.new}
      action={t.create}
      disabled={!name.trim() || scopes.length === 0}
      onSubmit={submit}
      onClose={onClose}
      onDone={refreshPeople}
    >
      {(error) => (
        <>
          <Field label={common.name} required error={fieldError(error, "/name")}>
            <Input value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.expires} hint={t.expiresHint} error={fieldError(error, "/expires_at")}>
            <Input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
          </Field>
          <div className="flex flex-col gap-3">
            <div>
              <p className="text-sm font-medium">{t.scopes}</p>
              <p className="text-xs text-muted">{t.scopesHint}</p>
            </div>
            <PermissionFields value={scopes} onChange={setScopes} />
          </div>
        </>
      )}
    </FormDialog>
  );
}

function Token({ token, onClose }: { token: string; onClose: () => void }) {
  const { keys: t } = useText();
  const footer = (
    <Button variant="primary" onClick={onClose}>
      {t.done}
    </Button>
  );
  return (
    <Dialog open onOpenChange={onClose} title={t.created} description={t.shownOnce} footer={footer}>
      <div className="flex items-center gap-2 rounded-md border border-line bg-sunken p-3">
        <code className="min-w-0 flex-1 font-mono text-sm break-all">{token}</code>
        <CopyButton text={token} />
      </div>
    </Dialog>
  );
}
