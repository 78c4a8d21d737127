import { Checkbox, type Column, RelativeTime, Table } from "@/ui";
import type { DeadLetter } from "./queries";
import { useText } from "./text";
import type { Selection } from "./use-selection";

interface Props {
  letters: DeadLetter[];
  selection: Selection;
  onOpen: (id: number) => void;
}

export function DeadLettersTable({ letters, selection, onOpen }: Props) {
  const t = useText();
  const columns: Column<DeadLetter>[] = [
    {
      key: "select",
      className: "w-8",
      header: (
        <Checkbox
          hideLabel
          label={t.jobs.selectAll}
          checked={selection.all}
          indeterminate={selection.some}
          onCheckedChange={selection.toggleAll}
        />
      ),
      cell: ({ id }) => (
        <Checkbox
          hideLabel
          label={t.jobs.select(id)}
          checked={selection.has(id)}
          onCheckedChange={(on) => selection.toggle(id, on)}
        />
      ),
    },
    {
      key: "id",
      header: t.jobs.id,
      cell: ({ id }) => (
        <button
          type="button"
          className="font-mono text-accent-ink tabular-nums hover:underline"
          onClick={() => onOpen(id)}
        >
          {id}
        </button>
      ),
    },
    {
      key: "kind",
      header: t.kind,
      cell: ({ kind, lane }) => (
        <>
          <span className="font-medium whitespace-nowrap">{kind}</span>
          <span className="block text-xs text-muted">{lane}</span>
        </>
      ),
    },
    {
      key: "error",
      header: t.dead.error,
      className: "min-w-56",
      cell: ({ error }) => <span className="line-clamp-2 break-words text-danger">{error}</span>,
    },
    {
      key: "attempts",
      header: t.jobs.attempts,
      align: "right",
      wide: true,
      className: "tabular-nums",
      cell: ({ attempts }) => attempts,
    },
    {
      key: "died",
      header: t.jobs.diedAt,
      align: "right",
      className: "whitespace-nowrap",
      cell: ({ died_at: at }) => <RelativeTime at={at} />,
    },
  ];
  return (
    <Table
      label={t.deadLetters}
      columns={columns}
      rows={letters}
      rowKey={({ id }) => String(id)}
      selected={({ id }) => selection.has(id)}
    />
  );
}
