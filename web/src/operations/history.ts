/**
 * What the figures of the queue were during the last hour, as far as this browser has seen them. It outlives the page
 * that shows it, so that a look at another one leaves no more than a gap.
 */

import { useSyncExternalStore } from "react";
import type { components } from "signalbox-client";

type Stats = components["schemas"]["QueueStats"];

export interface Sample {
  /** Milliseconds since 1970. */
  at: number;
  lanes: Record<string, { waiting: number; running: number; oldest: number }>;
}

const KEPT_MS = 3_600_000;

export class History {
  private samples: readonly Sample[] = [];
  private readonly listeners = new Set<() => void>();

  add(at: number, stats: Stats): void {
    if (this.samples.at(-1)?.at === at) {
      return;
    }
    const lanes = stats.lanes.map((lane) => {
      const waiting = lane.ready + lane.held + lane.parked;
      const { running, oldest_seconds: oldest } = lane;
      return [lane.lane, { waiting, running, oldest }] as const;
    });
    const kept = this.samples.filter((sample) => sample.at > at - KEPT_MS);
    this.samples = [...kept, { at, lanes: Object.fromEntries(lanes) }];
    for (const listener of this.listeners) listener();
  }

  clear(): void {
    this.samples = [];
    for (const listener of this.listeners) listener();
  }

  readonly read = () => this.samples;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const history = new History();

export const useHistory = () => useSyncExternalStore(history.subscribe, history.read);

/** One line for each lane, as uPlot wants it: times in seconds, then the values; null where nothing was seen. */
export function series(
  samples: readonly Sample[],
  lanes: readonly string[],
  figure: "waiting" | "running" | "oldest",
  since: number,
): (number | null)[][] {
  const shown = withGaps(samples.filter(({ at }) => at >= since));
  const times = shown.map(({ at }) => at / 1000);
  return [times, ...lanes.map((lane) => shown.map((sample) => sample.lanes[lane]?.[figure] ?? null))];
}

/** Longer than this without a sample, the line is broken rather than guessed. */
const GAP_MS = 15_000;

function withGaps(samples: readonly Sample[]): Sample[] {
  return samples.flatMap((sample, i) => {
    const before = samples[i - 1];
    return before && sample.at - before.at > GAP_MS ? [{ at: before.at + 1, lanes: {} }, sample] : [sample];
  });
}
