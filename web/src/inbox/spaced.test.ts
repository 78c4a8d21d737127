import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { spaced } from "./spaced";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("does soon what is asked for once", () => {
  const work = vi.fn();
  const ask = spaced(work, 100, 1_000);
  ask();
  vi.advanceTimersByTime(99);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(1);
});

it("does what is asked for all the time once in each gap, and the last of it as well", () => {
  const work = vi.fn();
  const ask = spaced(work, 100, 1_000);
  for (let at = 0; at < 5_000; at += 10) {
    ask();
    vi.advanceTimersByTime(10);
  }
  expect(work.mock.calls.length).toBeGreaterThanOrEqual(5);
  expect(work.mock.calls.length).toBeLessThanOrEqual(6);
  const before = work.mock.calls.length;
  ask();
  vi.advanceTimersByTime(1_000);
  expect(work.mock.calls.length).toBe(before + 1);
});

it("does at once what is urgent, and many urgent ones in one", () => {
  const work = vi.fn();
  const ask = spaced(work, 100, 1_000);
  ask();
  ask(0);
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledTimes(1);
  for (let times = 0; times < 20; times += 1) ask(0);
  vi.advanceTimersByTime(999);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(2);
});
