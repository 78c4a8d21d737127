import { useInfiniteQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import {
  Card,
  type Column,
  EmptyState,
  ErrorState,
  LoadMore,
  RelativeTime,
  Section,
  SkeletonRows,
  Switch,
  Table,
  toast,
  toastError,
} from "@/ui";
import { enableSchedule } from "./changes";
import { refreshQueue, type Schedule, schedulesQuery } from "./queries";
import { useText } from "./text";

/** Jobs that are due again and again. */
export function Schedules() {
  const { schedules: t } = useText();
  const schedules = useInfiniteQuery(schedulesQuery);
  const rows = schedules.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t.title} description={t.description}>
      <Card>
        {schedules.isPending ? (
          <SkeletonRows rows={3} />
        ) : !schedules.data ? (
          <ErrorState error={schedules.error} retry={schedules.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<CalendarClock />} title={t.none}>
            {t.noneHint}
          </EmptyState>
        ) : (
          <SchedulesTable schedules={rows} />
        )}
        <LoadMore {...schedules} />
      </Card>
    </Section>
  );
}

function SchedulesTable({ schedules }: { schedules: Schedule[] }) {
  const { schedules: t, ...common } = useText();
  const enable = async ({ id, name }: Schedule, on: boolean) => {
    try {
      await enableSchedule(id, on);
      toast({ title: on ? t.on(name) : t.off(name) });
    } catch (error) {
      toastError(error);
    }
    await refreshQueue();
  };
  const columns: Column<Schedule>[] = [
    {
      key: "name",
      header: t.name,
      className: "min-w-40",
      cell: ({ name, problem }) => (
        <>
          <span className="font-medium">{name}</span>
          {problem && <span className="block text-xs text-danger">{problem}</span>}
        </>
      ),
    },
    {
      key: "when",
      header: t.when,
      cell: ({ expression, zone }) => (
        <>
          <code className="font-mono text-xs whitespace-nowrap">{expression}</code>
          <span className="block text-xs text-muted">{zone}</span>
        </>
      ),
    },
    { key: "kind", header: common.kind, wide: true, cell: ({ kind }) => kind },
    {
      key: "next",
      header: t.next,
      cell: ({ next_at: at }) => (at ? <RelativeTime at={at} /> : "–"),
    },
    { key: "last", header: t.last, wide: true, cell: ({ last_at: at }) => (at ? <RelativeTime at={at} /> : t.never) },
    {
      key: "enabled",
      header: t.enabled,
      cell: (schedule) => (
        <Switch
          hideLabel
          label={t.enable(schedule.name)}
          checked={schedule.enabled}
          onCheckedChange={(on) => void enable(schedule, on)}
        />
      ),
    },
  ];
  return <Table label={t.title} columns={columns} rows={schedules} rowKey={({ id }) => id} />;
}
