import { describe, expect, it } from "vitest";
import { lineOf, parseDocument } from "./document";
import { at, steps, withValue } from "./pointer";

const text = `{
  "trigger": { "type": "keyword" },
  "actions": [
    { "type": "add_tag" },
    {
      "type": "escalate",
      "a/b": null
    }
  ]
}`;

describe("a JSON text", () => {
  it("knows the line of what a pointer points at", () => {
    const document = parseDocument(text);
    expect(lineOf(document, "/trigger/type")).toBe(2);
    expect(lineOf(document, "/actions/1")).toBe(5);
    expect(lineOf(document, "/actions/1/a~1b")).toBe(7);
  });

  it("shows what is missing at what lacks it", () => {
    const document = parseDocument(text);
    expect(lineOf(document, "/actions/1/reason/text")).toBe(5);
    expect(lineOf(document, "/guards")).toBe(1);
  });

  it("says where it is no JSON", () => {
    const document = parseDocument('{\n  "a": 1,\n  "b" 2\n}');
    expect(document.value).toBeUndefined();
    expect(document.syntax).toMatchObject({ line: 3, code: "ColonExpected" });
    expect(parseDocument("").syntax).toMatchObject({ line: 1 });
    expect(parseDocument('{ "a": 1, }').syntax).toBeDefined();
  });
});

describe("a pointer", () => {
  it("leads to a value, and to a copy with another value there", () => {
    const value = { list: [{ name: "a" }, { name: "b" }], other: { kept: true } };
    expect(at(value, "/list/1/name")).toBe("b");
    expect(at(value, "/list/7/name")).toBeUndefined();
    const changed = withValue(value, "/list/1/name", "c");
    expect(changed).toEqual({ list: [{ name: "a" }, { name: "c" }], other: { kept: true } });
    expect(changed.other).toBe(value.other);
    expect(value.list[1]?.name).toBe("b");
  });

  it("unescapes its steps", () => {
    expect(steps("/a~1b/~0/0")).toEqual(["a/b", "~", "0"]);
  });
});
