import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withValue } from "@/json-editor/pointer";
import { changes } from "./changes";

describe("changes", () => {
  it("are named at the deepest field", () => {
    const before = { name: "A", settings: { host: "a", port: 1 }, updated_at: "1" };
    const after = { name: "A", settings: { host: "b", port: 1, tls: true }, updated_at: "2" };
    expect(changes(before, after)).toEqual([
      { pointer: "/settings/host", before: "a", after: "b" },
      { pointer: "/settings/tls", before: undefined, after: true },
    ]);
  });

  it("compare lists as a whole", () => {
    expect(changes({ tags: ["a"] }, { tags: ["a", "b"] })).toEqual([
      { pointer: "/tags", before: ["a"], after: ["a", "b"] },
    ]);
  });

  it("show everything of what appeared or is gone", () => {
    expect(changes(undefined, { name: "A", limits: { day: 3 } })).toEqual([
      { pointer: "/name", before: undefined, after: "A" },
      { pointer: "/limits/day", before: undefined, after: 3 },
    ]);
    expect(changes({ name: "A" }, undefined)).toEqual([{ pointer: "/name", before: "A", after: undefined }]);
    expect(changes(null, undefined)).toHaveLength(1);
  });

  it("are none between equal values, and one where one was made", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (value, name) => {
        expect(changes(value, structuredClone(value))).toEqual([]);
        const changed = withValue(value, `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, { unlike: "any" });
        expect(changes(value, changed).length).toBeGreaterThan(0);
      }),
    );
  });
});
