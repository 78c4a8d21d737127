import { type Column, RelativeTime, Table } from "@/ui";
import { ConnectionLink } from "./connection-link";
import { useJobColumns } from "./job-columns";
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
  const leading = useJobColumns<DeadLetter>(selection, onOpen);
  const columns: Column<DeadLetter>[] = [
    ...leading,
    {
      key: "connection",
      header: t.jobs.connection,
      wide: true,
      cell: ({ connection_id: id }) => (id ? <ConnectionLink id={id} /> : "–"),
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
