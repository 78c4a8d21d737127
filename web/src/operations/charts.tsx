/** The figures of the last minutes as lines. The drawing itself is loaded when it is wanted. */

import { lazy, Suspense, useState } from "react";
import { language, useFormat } from "@/i18n";
import { Card, Section, Select, Skeleton } from "@/ui";
import { series, useHistory } from "./history";
import { LANES } from "./queries";
import { useText } from "./text";

const TimeChart = lazy(() => import("@/charts/time-chart"));

const FIGURES = ["waiting", "oldest", "running"] as const;
const MINUTES = [5, 15, 60] as const;

export function Charts() {
  const t = useText();
  const { number } = useFormat();
  const [figure, setFigure] = useState<(typeof FIGURES)[number]>("waiting");
  const [minutes, setMinutes] = useState<number>(5);
  const samples = useHistory();
  const last = samples.at(-1)?.at ?? 0;
  const first = last - minutes * 60_000;
  const clock = new Intl.DateTimeFormat(language(), { timeStyle: "medium", hourCycle: "h23" });
  const actions = (
    <div className="flex gap-2">
      <Select
        aria-label={t.charts.figure}
        value={figure}
        onValueChange={(value) => setFigure(FIGURES.find((known) => known === value) ?? "waiting")}
        options={FIGURES.map((value) => ({ value, label: t.charts[value] }))}
      />
      <Select
        aria-label={t.charts.window}
        value={String(minutes)}
        onValueChange={(value) => setMinutes(Number(value))}
        options={MINUTES.map((value) => ({ value: String(value), label: t.charts.minutes(value) }))}
      />
    </div>
  );
  return (
    <Section title={t.charts.title} description={t.charts.description} actions={actions}>
      <Card className="p-3">
        {samples.length < 2 ? (
          <p role="status" className="flex h-56 items-center justify-center text-sm text-muted">
            {t.charts.collecting}
          </p>
        ) : (
          <Suspense fallback={<Skeleton className="h-56 w-full" />}>
            <TimeChart
              label={t.charts[figure]}
              names={LANES}
              data={series(samples, LANES, figure, first)}
              span={[first / 1000, last / 1000]}
              value={(value) => number(value, { maximumFractionDigits: 2 })}
              time={(seconds) => clock.format(seconds * 1000)}
              summary={t.charts.summary}
            />
          </Suspense>
        )}
      </Card>
    </Section>
  );
}
