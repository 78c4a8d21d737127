import { useMutation, useQuery } from "@tanstack/react-query";
import { Pencil, Play, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { isProblem, queryClient } from "@/api";
import { useFormat } from "@/i18n";
import { Button, Drawer, EmptyState, ErrorState, SkeletonRows, toast, toastError } from "@/ui";
import { useGuardedClose } from "@/unsaved";
import { editLetter, replayLetter } from "./changes";
import { ConnectionLink } from "./connection-link";
import { Part } from "./job-drawer";
import { Arguments, Attempts, Code, Facts } from "./job-facts";
import { type DeadLetterDetails, deadLetterQuery, refreshQueue } from "./queries";
import { useText } from "./text";
import { useDeadLetterChanges } from "./use-dead-letter-changes";

const ArgumentsEditor = lazy(() => import("./arguments-editor"));

/** One dead letter: why it died, and what it takes to live again. */
export function DeadLetterDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useText();
  const { data: letter, error, isPending, refetch } = useQuery(deadLetterQuery(id));
  const { discard } = useDeadLetterChanges();
  const [editing, setEditing] = useState(false);
  const guard = useGuardedClose(onClose);
  const replay = useMutation({
    mutationFn: () => replayLetter(id),
    onSuccess: (job) => {
      toast({ title: t.dead.replayed(1), detail: t.dead.newJob(job.id) });
      onClose();
    },
    onError: (error) => toastError(error),
    onSettled: refreshQueue,
  });
  const save = useMutation({
    mutationFn: (args: Record<string, unknown>) => editLetter(id, args),
    onSuccess: (changed) => queryClient.setQueryData(deadLetterQuery(id).queryKey, changed),
  });
  const footer = letter && !editing && (
    <>
      <Button icon={<Trash2 />} onClick={async () => (await discard([id])) && onClose()}>
        {t.dead.discard}
      </Button>
      <Button variant="primary" icon={<Play />} busy={replay.isPending} onClick={() => replay.mutate()}>
        {t.dead.replay}
      </Button>
    </>
  );
  return (
    <Drawer
      open
      onOpenChange={guard.onClose}
      title={t.dead.title(id)}
      description={letter?.kind}
      size="lg"
      footer={footer}
    >
      {isProblem(error, "not_found") ? (
        <EmptyState title={t.jobs.gone} />
      ) : isPending ? (
        <SkeletonRows />
      ) : !letter ? (
        <ErrorState error={error} retry={refetch} />
      ) : editing ? (
        <Suspense fallback={<SkeletonRows />}>
          <ArgumentsEditor
            args={letter.args}
            busy={save.isPending || replay.isPending}
            error={save.error}
            onCancel={() => setEditing(false)}
            onDirtyChange={guard.onDirtyChange}
            onSave={async (args, andReplay) => {
              await save.mutateAsync(args);
              setEditing(false);
              if (andReplay) replay.mutate();
              else toast({ title: t.dead.saved });
            }}
          />
        </Suspense>
      ) : (
        <LetterView letter={letter} onEdit={() => setEditing(true)} />
      )}
    </Drawer>
  );
}

function LetterView({ letter, onEdit }: { letter: DeadLetterDetails; onEdit: () => void }) {
  const t = useText();
  const { dateTime } = useFormat();
  return (
    <div className="flex flex-col gap-6">
      <p className="rounded-md bg-danger-soft px-3 py-2 text-sm break-words text-danger">{letter.error}</p>
      <Facts
        facts={[
          [t.kind, t.kindMeaning[letter.kind]],
          [t.lane, letter.lane],
          [t.jobs.connection, letter.connection_id && <ConnectionLink key="connection" id={letter.connection_id} />],
          [t.jobs.attempts, String(letter.attempts)],
          [t.jobs.diedAt, dateTime(letter.died_at)],
          [t.jobs.enqueuedAt, dateTime(letter.enqueued_at)],
          [t.jobs.key, letter.key && <Code key="key" text={letter.key} />],
          [t.jobs.trace, letter.trace_id && <Code key="trace" text={letter.trace_id} />],
        ]}
      />
      <Part title={t.jobs.history}>
        <Attempts attempts={letter.failed_attempts} />
      </Part>
      <Part
        title={t.jobs.args}
        actions={
          <Button size="sm" icon={<Pencil />} onClick={onEdit}>
            {t.dead.edit}
          </Button>
        }
      >
        <Arguments args={letter.args} />
      </Part>
    </div>
  );
}
