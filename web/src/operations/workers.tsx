/** Who runs jobs, and what is due again and again. */

import { useQuery } from "@tanstack/react-query";
import { Server } from "lucide-react";
import { Badge, Card, type Column, EmptyState, ErrorState, RelativeTime, Section, SkeletonRows, Table } from "@/ui";
import { LANES, type Worker, workersQuery } from "./queries";
import { Schedules } from "./schedules";
import { useText } from "./text";

export function Workers() {
  const { workers: t } = useText();
  const { data: workers, error, isPending, refetch } = useQuery(workersQuery);
  return (
    <>
      <Section title={t.title} description={t.description}>
        <Card>
          {isPending ? (
            <SkeletonRows rows={3} />
          ) : !workers ? (
            <ErrorState error={error} retry={refetch} />
          ) : workers.length === 0 ? (
            <EmptyState icon={<Server />} title={t.none}>
              {t.noneHint}
            </EmptyState>
          ) : (
            <WorkersTable workers={workers} />
          )}
        </Card>
      </Section>
      <Schedules />
    </>
  );
}

function WorkersTable({ workers }: { workers: Worker[] }) {
  const { workers: t } = useText();
  const columns: Column<Worker>[] = [
    {
      key: "name",
      header: t.name,
      className: "min-w-40",
      cell: ({ name, alive }) => (
        <span className="flex items-center gap-2">
          <span className="font-mono text-xs break-all">{name}</span>
          <Badge tone={alive ? "success" : "danger"} title={alive ? undefined : t.lostHint}>
            {alive ? t.alive : t.lost}
          </Badge>
        </span>
      ),
    },
    ...LANES.map(
      (lane): Column<Worker> => ({
        key: lane,
        header: <span title={t.placesHint}>{lane}</span>,
        align: "right",
        className: "tabular-nums",
        cell: ({ lanes }) => lanes[lane] ?? <span className="text-faint">0</span>,
      }),
    ),
    {
      key: "since",
      header: t.since,
      align: "right",
      className: "whitespace-nowrap text-muted",
      cell: ({ started_at: at }) => <RelativeTime at={at} />,
    },
  ];
  return <Table label={t.title} columns={columns} rows={workers} rowKey={({ id }) => String(id)} />;
}
