/** The figures of the last minutes as lines. The drawing itself is loaded when it is wanted. */

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { language, useFormat } from "@/i18n";
import { Card, ErrorState, Section, Select, Skeleton } from "@/ui";
import { series, useHistory } from "./history";
import { isTime, MINUTE_FIGURES, minuteSeries } from "./minutes";
import { LANES, minutesQuery } from "./queries";
import { useText } from "./text";

const TimeChart = lazy(() => import("@/charts/time-chart"));

/** What this browser has seen by itself. */
const SEEN_FIGURES = ["waiting", "running", "oldest"] as const;
const FIGURES = [...MINUTE_FIGURES, ...SEEN_FIGURES];
type Figure = (typeof FIGURES)[number];
const TIMES = [...LANES.map((lane) => `${lane} p99`), ...LANES.map((lane) => `${lane} p50`)];
const PERIODS = [5, 15, 60];

export function Charts() {
  const { charts: t } = useText();
  const { number } = useFormat();
  const [figure, setFigure] = useState<Figure>("done");
  const [minutes, setMinutes] = useState(15);
  const { data, span, failed } = useLines(figure, minutes);
  const clock = new Intl.DateTimeFormat(language(), { timeStyle: "medium", hourCycle: "h23" });
  const actions = (
    <div className="flex flex-wrap gap-2">
      <Select
        aria-label={t.figure}
        value={figure}
        onValueChange={(value) => setFigure(FIGURES.find((known) => known === value) ?? "done")}
        options={FIGURES.map((value) => ({ value, label: t.figures[value] }))}
      />
      <Select
        aria-label={t.window}
        value={String(minutes)}
        onValueChange={(value) => setMinutes(Number(value))}
        options={PERIODS.map((value) => ({ value: String(value), label: t.minutes(value) }))}
      />
    </div>
  );
  return (
    <Section title={t.title} description={isTime(figure) ? t.timesHint : t.description} actions={actions}>
      <Card className="p-3">
        {failed ? (
          <ErrorState error={failed.error} retry={failed.retry} />
        ) : (data[0]?.length ?? 0) < 2 ? (
          <p role="status" className="flex h-56 items-center justify-center text-sm text-muted">
            {t.collecting}
          </p>
        ) : (
          <Suspense fallback={<Skeleton className="h-56 w-full" />}>
            <TimeChart
              label={t.figures[figure]}
              names={isTime(figure) ? TIMES : LANES}
              dashedFrom={LANES.length}
              data={data}
              span={span}
              value={(value) => number(value, { maximumFractionDigits: 2 })}
              time={(seconds) => clock.format(seconds * 1000)}
              summary={t.summary}
            />
          </Suspense>
        )}
      </Card>
    </Section>
  );
}

interface Lines {
  data: (number | null)[][];
  span: [number, number];
  failed?: { error: unknown; retry: () => unknown };
}

/** The lines of a figure, and the seconds that they are about. */
function useLines(figure: Figure, minutes: number): Lines {
  const samples = useHistory();
  const history = useQuery(minutesQuery(minutes));
  const ofMinutes = MINUTE_FIGURES.find((known) => known === figure);
  if (ofMinutes) {
    const { items = [], since = "", until = "" } = history.data ?? {};
    const span: [number, number] = [Date.parse(since) / 1000, Date.parse(until) / 1000];
    const failed = history.isError && !history.data ? { error: history.error, retry: history.refetch } : undefined;
    return { data: minuteSeries(items, { since, until }, LANES, ofMinutes), span, failed };
  }
  const seen = SEEN_FIGURES.find((known) => known === figure) ?? "waiting";
  const last = samples.at(-1)?.at ?? 0;
  const first = last - minutes * 60_000;
  return { data: series(samples, LANES, seen, first), span: [first / 1000, last / 1000] };
}
