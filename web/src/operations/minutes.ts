/** The history that the server keeps, as lines: one for each lane, a point for each minute that is over. */

import type { Minute } from "./queries";

export const MINUTE_FIGURES = ["done", "retried", "dead", "wait", "run"] as const;
export type MinuteFigure = (typeof MINUTE_FIGURES)[number];

interface Span {
  /** The first minute, and the moment of the answer. */
  since: string;
  until: string;
}

/** As uPlot wants it. Minutes in which nothing ended count as none; a time that nothing took is a gap. */
export function minuteSeries(
  items: readonly Minute[],
  { since, until }: Span,
  lanes: readonly string[],
  figure: MinuteFigure,
): (number | null)[][] {
  const first = Date.parse(since);
  const count = Math.floor((Date.parse(until) - first) / 60_000);
  const known = new Map(items.map((item) => [`${item.lane} ${Date.parse(item.minute)}`, item]));
  const minutes = Array.from({ length: Math.max(count, 0) }, (_, i) => first + i * 60_000);
  const values = (lane: string) => minutes.map((at) => valueAt(known.get(`${lane} ${at}`), figure));
  return [minutes.map((at) => at / 1000), ...lanes.map(values)];
}

function valueAt(minute: Minute | undefined, figure: MinuteFigure): number | null {
  if (figure === "wait" || figure === "run") {
    return minute?.[figure]?.p99_ms ?? null;
  }
  return minute?.[figure] ?? 0;
}
