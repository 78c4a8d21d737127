import { describe, expect, it } from "vitest";
import { minuteSeries } from "./minutes";

const items = [
  {
    minute: "2026-11-27T10:01:00Z",
    lane: "live",
    done: 7,
    retried: 1,
    dead: 0,
    wait: { p50_ms: 2, p99_ms: 9 },
    run: null,
  },
];
const span = { since: "2026-11-27T10:00:00Z", until: "2026-11-27T10:03:30Z" };
const first = Date.parse(span.since) / 1000;

describe("the history of minutes", () => {
  it("has every minute that is over, also those in which nothing ended", () => {
    expect(minuteSeries(items, span, ["live", "bulk"], "done")).toEqual([
      [first, first + 60, first + 120],
      [0, 7, 0],
      [0, 0, 0],
    ]);
  });

  it("leaves a gap where nothing took any time, and has two lines for each lane", () => {
    expect(minuteSeries(items, span, ["live", "bulk"], "wait").slice(1)).toEqual([
      [null, 9, null],
      [null, null, null],
      [null, 2, null],
      [null, null, null],
    ]);
    expect(minuteSeries(items, span, ["live"], "run")[1]).toEqual([null, null, null]);
  });

  it("is empty before the first minute is over", () => {
    expect(minuteSeries([], { since: span.since, until: span.since }, ["live"], "done")).toEqual([[], []]);
  });
});
