import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { availability, belong, choose, followed, hear } from "./availability";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  localStorage.clear();
});

it.each([
  ["busy elsewhere", "automatic", { status: "busy", text: "" }, true, "busy"],
  ["back elsewhere", "busy", { status: "online", text: "" }, true, "automatic"],
  ["another window that nobody looks at", "automatic", { status: "away", text: "" }, true, "automatic"],
  ["away elsewhere, with a word about it", "automatic", { status: "away", text: "Lunch" }, true, "away"],
  ["away elsewhere, of somebody busy", "busy", { status: "away", text: "" }, true, "away"],
  ["offline elsewhere", "automatic", { status: "offline", text: "" }, true, "offline"],
  ["a word that has lapsed", "automatic", { status: "offline", text: "" }, false, "automatic"],
  ["a word that has lapsed, of somebody offline", "offline", { status: "offline", text: "" }, false, "offline"],
] as const)("follows %s", (_what, own, told, holds, now) => {
  expect(followed({ availability: own, text: "" }, told, holds)).toEqual({ availability: now, text: told.text });
});

it("does not take back a choice for what was told of the time before", () => {
  belong("ada");
  choose({ availability: "busy", text: "On the phone" });
  hear({ status: "online", text: "" }, true);
  expect(availability()).toEqual({ availability: "busy", text: "On the phone" });
  vi.advanceTimersByTime(6_000);
  hear({ status: "online", text: "" }, true);
  expect(availability()).toEqual({ availability: "automatic", text: "" });
});

it("is the person's, whoever else uses the browser", () => {
  belong("ada");
  choose({ availability: "offline" });
  belong("ben");
  expect(availability().availability).toBe("automatic");
  belong("ada");
  expect(availability().availability).toBe("offline");
});
