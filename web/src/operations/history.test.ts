import { describe, expect, it } from "vitest";
import { History, series } from "./history";

const stats = (ready: number) => ({
  capped: false,
  kinds: [],
  lanes: [
    { lane: "live", ready, held: 1, parked: 2, delayed: 9, running: 4, dead_letters: 5, oldest_seconds: 0.5 },
    { lane: "bulk", ready: 0, held: 0, parked: 0, delayed: 0, running: 0, dead_letters: 0, oldest_seconds: 0 },
  ],
});

describe("the history of the queue", () => {
  it("counts what waits, without what is not due", () => {
    const history = new History();
    history.add(1000, stats(7));
    expect(series(history.read(), ["live", "bulk"], "waiting", 0)).toEqual([[1], [10], [0]]);
    expect(series(history.read(), ["live"], "running", 0)).toEqual([[1], [4]]);
  });

  it("forgets after an hour, and takes each answer once", () => {
    const history = new History();
    history.add(0, stats(1));
    history.add(10_000, stats(2));
    history.add(10_000, stats(2));
    expect(history.read()).toHaveLength(2);
    history.add(3_600_001, stats(3));
    expect(history.read().map(({ at }) => at)).toEqual([10_000, 3_600_001]);
  });

  it("breaks the line where nobody looked", () => {
    const history = new History();
    for (const at of [0, 2000, 60_000]) history.add(at, stats(at / 1000));
    const [times, values] = series(history.read(), ["live"], "waiting", 0);
    expect(times).toEqual([0, 2, 2.001, 60]);
    expect(values).toEqual([3, 5, null, 63]);
  });

  it("tells its listeners", () => {
    const history = new History();
    let told = 0;
    const stop = history.subscribe(() => told++);
    history.add(1, stats(1));
    stop();
    history.add(2, stats(1));
    expect(told).toBe(1);
  });
});
