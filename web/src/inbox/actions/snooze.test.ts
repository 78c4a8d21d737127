import { expect, it } from "vitest";
import { snoozeTimes } from "./snooze";

const choices = (now: string) =>
  snoozeTimes(new Date(now)).map(({ choice, until }) => `${choice} ${until.toString().slice(0, 21)}`);

it("offers times that are still to come", () => {
  expect(choices("2026-11-25T10:00:00")).toEqual([
    "hour Wed Nov 25 2026 11:00",
    "tonight Wed Nov 25 2026 18:00",
    "tomorrow Thu Nov 26 2026 09:00",
    "monday Mon Nov 30 2026 09:00",
  ]);
});

it("offers no evening when it is evening, and Monday once when it is tomorrow", () => {
  expect(choices("2026-11-29T20:00:00")).toEqual(["hour Sun Nov 29 2026 21:00", "tomorrow Mon Nov 30 2026 09:00"]);
});
