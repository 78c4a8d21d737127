/** A plugin is one file. What it may do is agreed to where a connection gets it: by connecting, or by changing the version. */

import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { ProblemError } from "@/api";
import { Button, Dialog, ErrorNote, Field, toast, toastError } from "@/ui";
import { installed, Refused } from "./installed";
import { refreshPlugins } from "./queries";
import { type Text, useText } from "./text";

export function InstallDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [file, setFile] = useState<File>();
  // Whoever closes the dialog meanwhile hears what came of it, and stays where they are.
  const isClosed = useRef(false);
  const close = () => {
    isClosed.current = true;
    onClose();
  };
  const upload = useMutation({
    mutationFn: (chosen: File) => installed(chosen),
    onSuccess: async ({ plugin, name, version }) => {
      toast({ title: t.plugins.installed(name, version) });
      await refreshPlugins();
      if (isClosed.current) return;
      close();
      await navigate({ to: "/connections/plugins/$plugin", params: { plugin } });
    },
    onError: (error) => {
      if (!isClosed.current) return;
      const reasons = error instanceof Refused ? reasonsOf(error, t).map(({ message }) => message) : [];
      toastError(reasons.length > 0 ? new Error(reasons.join(" ")) : error, t.plugins.refused);
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={t.plugins.install}
      description={t.plugins.installHint}
      footer={
        <Button variant="primary" disabled={!file} busy={upload.isPending} onClick={() => file && upload.mutate(file)}>
          {t.plugins.install}
        </Button>
      }
    >
      <Field label={t.plugins.file}>
        <input
          type="file"
          accept=".wasm,application/wasm"
          aria-label={t.plugins.file}
          onChange={({ target }) => setFile(target.files?.[0])}
          className="text-sm file:mr-3 file:h-8 file:rounded-md file:border file:border-line file:bg-surface file:px-3"
        />
      </Field>
      {upload.isPending && (
        <p role="status" className="pt-3 text-sm text-muted">
          {t.plugins.installing}
        </p>
      )}
      {upload.error && <Refusal error={upload.error} />}
    </Dialog>
  );
}

/** Everything that is wrong with the file, for whoever built it. */
function Refusal({ error }: { error: unknown }) {
  const t = useText();
  const errors =
    error instanceof Refused ? reasonsOf(error, t) : error instanceof ProblemError ? (error.problem.errors ?? []) : [];
  if (errors.length === 0) {
    return (
      <div className="pt-3">
        <ErrorNote error={error} />
      </div>
    );
  }
  return <Reasons errors={errors} />;
}

function reasonsOf({ reasons }: Refused, t: Text): Refused["reasons"] {
  return reasons.length > 0 ? reasons : [{ pointer: "", message: t.plugins.versionTaken }];
}

function Reasons({ errors }: { errors: { pointer: string; message: string }[] }) {
  const t = useText();
  return (
    <div role="alert" className="mt-3 rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
      <p className="font-medium">{t.plugins.refused}</p>
      <ul>
        {errors.map(({ pointer, message }) => (
          <li key={pointer + message} className="break-words">
            {pointer && <code>{pointer} </code>}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
