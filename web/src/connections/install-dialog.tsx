/** A plugin is one file. What it may do is agreed to where a connection gets it: by connecting, or by changing the version. */

import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ProblemError } from "@/api";
import { Button, Dialog, ErrorNote, Field, toast } from "@/ui";
import { install, installation } from "./changes";
import { refreshPlugins } from "./queries";
import { useText } from "./text";

interface Installed {
  plugin: string;
  name: string;
  version: string;
}

export function InstallDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [file, setFile] = useState<File>();
  const upload = useMutation({
    mutationFn: (chosen: File) => installed(chosen),
    onSuccess: async ({ plugin, name, version }) => {
      toast({ title: t.plugins.installed(name, version) });
      await refreshPlugins();
      onClose();
      await navigate({ to: "/connections/plugins/$plugin", params: { plugin } });
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
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
  const errors = error instanceof ProblemError ? (error.problem.errors ?? []) : [];
  if (errors.length === 0) {
    return (
      <div className="pt-3">
        <ErrorNote error={error} />
      </div>
    );
  }
  return <Reasons errors={errors} />;
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

/** The file is checked and compiled by a worker, which may take longer than a request waits. */
async function installed(file: File): Promise<Installed> {
  let answer = await install(file);
  while ("done" in answer) {
    if (answer.done && answer.errors?.length) {
      throw new Error(answer.errors.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join(" "));
    }
    if (answer.done) {
      const plugin = answer.plugin_id ?? "";
      return { plugin, name: plugin, version: answer.version ?? "" };
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    answer = await installation(answer.id);
  }
  return { plugin: answer.id, name: answer.name, version: answer.version };
}
