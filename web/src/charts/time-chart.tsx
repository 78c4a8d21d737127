/** Lines over time. The canvas is for eyes only; the legend says the same in words, and follows the cursor. */

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./time-chart.css";

export interface TimeChartProps {
  label: string;
  names: readonly string[];
  /** Lines from this place on are broken, and have the colours of the first ones again. */
  dashedFrom?: number;
  /** Times in seconds, then a list of values for each name; null is a gap. */
  data: (number | null)[][];
  /** The times that are shown, in seconds: a line of a minute stays at the right end of an hour. */
  span: readonly [number, number];
  value: (value: number) => string;
  time: (seconds: number) => string;
  /** What the legend says of one line, from its latest and its highest value. */
  summary: (name: string, now: string, highest: string) => string;
}

const HEIGHT = 200;

export default function TimeChart(props: TimeChartProps) {
  const { label, names, dashedFrom, data, span, value, summary } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [cursor, setCursor] = useState<number | null>(null);
  const latest = useRef(props);

  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!place.current) {
      return;
    }
    const made = new uPlot(
      options(latest, lines(names, dashedFrom), place.current.clientWidth, setCursor),
      [[]],
      place.current,
    );
    plot.current = made;
    const stops = [followSize(place.current, made), followTheme(made), () => made.destroy()];
    return () => {
      for (const stop of stops) stop();
    };
  }, [names, dashedFrom]);

  useEffect(() => {
    plot.current?.setData(data as uPlot.AlignedData, false);
    plot.current?.setScale("x", { min: span[0], max: span[1] });
  }, [data, span]);

  return (
    <figure aria-label={label} className="m-0">
      <div ref={place} aria-hidden className="time-chart" />
      <ul className="flex flex-wrap gap-x-4 gap-y-1 px-1 pt-2 text-xs text-muted">
        {lines(names, dashedFrom).map(({ name, colour, dashed }, i) => {
          const values = data[i + 1] ?? [];
          const now = cursor === null ? values.at(-1) : values[cursor];
          const highest = values.reduce<number>((most, each) => Math.max(most, each ?? 0), 0);
          return (
            <li
              key={name}
              className="flex items-center gap-1.5"
              title={summary(name, said(now, value), value(highest))}
            >
              <span
                aria-hidden
                className={`time-chart-key time-chart-key-${colour} ${dashed ? "time-chart-key-dashed" : ""}`}
              />
              <span>{name}</span>
              <span className="min-w-8 font-medium tabular-nums text-ink">{said(now, value)}</span>
            </li>
          );
        })}
      </ul>
    </figure>
  );
}

interface Line {
  name: string;
  /** Counted from 1. */
  colour: number;
  dashed: boolean;
}

function lines(names: readonly string[], dashedFrom = names.length): Line[] {
  return names.map((name, i) => ({ name, colour: (i % dashedFrom) + 1, dashed: i >= dashedFrom }));
}

const said = (value: number | null | undefined, format: (value: number) => string) =>
  value === null || value === undefined ? "–" : format(value);

function options(
  props: { current: TimeChartProps },
  lines: readonly Line[],
  width: number,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: () => colour("--muted"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    // Figures begin at nothing: a line that only trembles must not look like a mountain.
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 4)] } },
    axes: [
      { ...axis, font, space: 80, size: 32, values: (_, times) => times.map((time) => props.current.time(time)) },
      { ...axis, font, size: 56, values: (_, values) => values.map((value) => props.current.value(value)) },
    ],
    series: [
      {},
      ...lines.map(({ name: label, colour: number, dashed }) => ({
        label,
        width: 1.5,
        dash: dashed ? [4, 4] : undefined,
        stroke: () => colour(`--chart-${number}`),
      })),
    ],
    hooks: { setCursor: [(self) => onCursor(self.cursor.idx ?? null)] },
  };
}

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function followSize(place: HTMLElement, plot: uPlot): () => void {
  const observer = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  observer.observe(place);
  return () => observer.disconnect();
}

function followTheme(plot: uPlot): () => void {
  const observer = new MutationObserver(() => plot.redraw(false));
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
