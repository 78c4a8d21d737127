import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { highlight } from "./highlight";
import { newLine } from "./indent";

describe("colours", () => {
  it("tell names from texts", () => {
    const coloured = highlight('{"a" : "b", "n": -1.5e3, "t": null}').filter(({ colour }) => colour !== "plain");
    expect(coloured.map(({ text, colour }) => `${text} ${colour}`)).toEqual([
      '"a" name',
      '"b" text',
      '"n" name',
      "-1.5e3 number",
      '"t" name',
      "null word",
    ]);
  });

  it("leave the text as it is, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(
          highlight(text)
            .map((part) => part.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });
});

describe("Enter", () => {
  const press = (before: string, after = "") => {
    const { text, start } = newLine({ text: before + after, start: before.length, end: before.length });
    return `${text.slice(0, start)}|${text.slice(start)}`;
  };

  it("keeps the indentation", () => expect(press('  "a": 1,')).toBe('  "a": 1,\n  |'));
  it("goes deeper behind a bracket", () => expect(press('  "a": [')).toBe('  "a": [\n    |'));
  it("puts the closing bracket on a line of its own", () => expect(press("  {", "}")).toBe("  {\n    |\n  }"));
});
