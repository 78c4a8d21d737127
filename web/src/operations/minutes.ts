/**
 * The history that the server keeps, as lines: one for each lane, a point for each minute that is over. Times have two for
 * each: first what 99 of 100 took at most, then, in the same order, what half of them did.
 */

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
  const line = (value: (minute: Minute | undefined) => number | null) => (lane: string) =>
    minutes.map((at) => value(known.get(`${lane} ${at}`)));
  const times = minutes.map((at) => at / 1000);
  if (!isTime(figure)) return [times, ...lanes.map(line((minute) => minute?.[figure] ?? 0))];
  const p99 = lanes.map(line((minute) => minute?.[figure]?.p99_ms ?? null));
  const p50 = lanes.map(line((minute) => minute?.[figure]?.p50_ms ?? null));
  return [times, ...p99, ...p50];
}

export function isTime(figure: string): figure is "wait" | "run" {
  return figure === "wait" || figure === "run";
}
