import { useFormat } from "@/i18n";
import { Badge, type Column, RelativeTime, Table, type Tone } from "@/ui";
import { useConnections } from "./connections";
import { useJobColumns } from "./job-columns";
import type { Job } from "./queries";
import { useText } from "./text";
import type { Selection } from "./use-selection";

const TONES: Record<string, Tone> = { running: "accent", held: "warning", ready: "success" };

interface Props {
  jobs: Job[];
  selection: Selection;
  onOpen: (id: number) => void;
}

export function JobsTable({ jobs, selection, onOpen }: Props) {
  const t = useText();
  const connections = useConnections();
  const leading = useJobColumns<Job>(selection, onOpen);
  const columns: Column<Job>[] = [
    ...leading,
    { key: "state", header: t.state, cell: (job) => <JobState job={job} /> },
    {
      key: "connection",
      header: t.jobs.connection,
      wide: true,
      cell: ({ connection_id: id }) => (
        <span className="text-muted">{id ? (connections.get(id)?.name ?? id) : "–"}</span>
      ),
    },
    {
      key: "attempts",
      header: t.jobs.attempts,
      align: "right",
      className: "tabular-nums",
      cell: ({ attempts }) => attempts,
    },
    {
      key: "age",
      header: t.jobs.age,
      align: "right",
      className: "whitespace-nowrap",
      cell: ({ enqueued_at: at }) => <RelativeTime at={at} />,
    },
  ];
  return (
    <Table
      label={t.tabs.jobs}
      columns={columns}
      rows={jobs}
      rowKey={({ id }) => String(id)}
      selected={({ id }) => selection.has(id)}
    />
  );
}

export function JobState({ job: { state, run_at: due } }: { job: Pick<Job, "state" | "run_at"> }) {
  const t = useText();
  const { relative } = useFormat();
  return (
    <span title={t.stateMeaning[state]} className="inline-flex flex-col items-start">
      <Badge tone={TONES[state]}>{t.states[state] ?? state}</Badge>
      {state === "delayed" && due && (
        <span className="text-xs whitespace-nowrap text-muted">{t.jobs.due(relative(due))}</span>
      )}
    </span>
  );
}
