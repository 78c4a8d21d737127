import { ProblemError } from "signalbox-client";
import { describe, expect, it } from "vitest";
import { wasRefused } from "./changes";
import { ended, Refused } from "./installed";

const problem = (status: number, code: string) =>
  new ProblemError({ status, code, title: code, type: "about:blank" } as unknown as ConstructorParameters<
    typeof ProblemError
  >[0]);

describe("a failed creation", () => {
  it("leaves nothing behind if the server refused it", () => {
    expect(wasRefused(problem(422, "invalid"))).toBe(true);
    expect(wasRefused(problem(409, "name_taken"))).toBe(true);
  });

  it("may have been done if no answer came, or the first one runs", () => {
    expect(wasRefused(new TypeError("Failed to fetch"))).toBe(false);
    expect(wasRefused(problem(503, "unavailable"))).toBe(false);
    expect(wasRefused(problem(409, "in_progress"))).toBe(false);
  });
});

describe("an installation", () => {
  const answer = { id: "1", done: true, requested_at: "2026-11-27T10:00:00Z", plugin_id: "shop", version: "1.0.0" };

  it("is done when the worker says so", () => {
    expect(ended({ ...answer, done: false })).toBeUndefined();
    expect(ended({ ...answer, result: "installed" })).toEqual({ plugin: "shop", name: "shop", version: "1.0.0" });
  });

  it("is refused where another file has the version, though there is nothing wrong with it", () => {
    expect(() => ended({ ...answer, result: "version_taken" })).toThrow(Refused);
  });
});
