import { describe, expect, it } from "vitest";
import { format } from "./format";

const now = Date.parse("2026-11-27T12:00:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000);
const [en, de] = [format("en"), format("de")];

describe("times", () => {
  it("say how long ago", () => {
    const said = [5, 60 * 5, 3600 * 2, 86_400, 86_400 * 90].map((seconds) => en.relative(ago(seconds), now));
    expect(said).toEqual(["5 seconds ago", "5 minutes ago", "2 hours ago", "yesterday", "3 months ago"]);
    expect(de.relative(ago(86_400), now)).toBe("gestern");
    expect(en.relative(ago(-7200), now)).toBe("in 2 hours");
  });

  it("are short in lists", () => {
    const said = [5, 60 * 5, 3600 * 2, 86_400 * 3].map((seconds) => en.age(ago(seconds), now));
    expect(said).toEqual(["now", "5m", "2h", "3d"]);
  });
});

describe("durations", () => {
  it.each([
    [850, "850 ms"],
    [45_000, "45 secs"],
    [3_600_000 * 3 + 60_000 * 20, "3 hrs 20 mins"],
    [86_400_000 * 2, "2 days"],
  ])("%d ms have at most two parts", (milliseconds, text) => {
    expect(en.duration(milliseconds).replaceAll("\u00a0", " ")).toBe(text);
  });
});
