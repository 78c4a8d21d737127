import { Badge, type Column, RelativeTime, Table } from "@/ui";
import type { RuleRun } from "./queries";
import { useText } from "./text";
import type { DoneAction, Trace } from "./trace";

export function RunsTable({ runs, onOpen }: { runs: RuleRun[]; onOpen: (id: string) => void }) {
  const t = useText();
  const columns: Column<RuleRun>[] = [
    {
      key: "rule",
      header: t.run.rule,
      className: "min-w-40",
      cell: (run) => (
        <button type="button" className="text-left font-medium text-ink hover:underline" onClick={() => onOpen(run.id)}>
          {run.rule_name}
        </button>
      ),
    },
    { key: "outcome", header: t.run.outcome, cell: (run) => <Outcome run={run} /> },
    {
      key: "why",
      header: t.run.why,
      wide: true,
      cell: (run) => <span className="line-clamp-2 text-muted">{(run.trace as unknown as Trace).trigger.reason}</span>,
    },
    {
      key: "when",
      header: t.run.when,
      align: "right",
      className: "whitespace-nowrap",
      cell: ({ created_at: at }) => <RelativeTime at={at} />,
    },
  ];
  return (
    <Table label={t.run.title} columns={columns} rows={runs} rowKey={({ id }) => id} onRow={({ id }) => onOpen(id)} />
  );
}

export function Outcome({ run }: { run: RuleRun }) {
  const t = useText();
  const actions = run.actions as unknown as DoneAction[];
  const failed = actions.some(({ outcome }) => !outcome.ok);
  const tone = run.outcome === "held_back" ? "neutral" : failed ? "warning" : "success";
  return (
    <Badge tone={tone} title={t.run.outcomeHints[run.outcome]}>
      {t.run.outcomes[run.outcome] ?? run.outcome}
    </Badge>
  );
}
