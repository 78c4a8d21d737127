import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/theme/theme.css", "utf8");
const [, light = "", dark = ""] = css.split(/^:root.*\{$/m);

/** The colours of a theme by their names. */
function colours(theme: string): Map<string, string> {
  const block = theme.slice(0, theme.indexOf("\n}"));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", value = ""]) => [name, value]));
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const TEXTS = ["ink", "muted", "faint", "accent-ink", "success", "warning", "danger", "note-ink"];
const SURFACES = ["surface", "sunken", "raised", "hover", "selected", "bubble", "bubble-own", "note"];
const SOFT = ["accent-soft", "success-soft", "warning-soft", "danger-soft"];
const PAIRS = [
  ...TEXTS.flatMap((text) => [...SURFACES, ...SOFT].map((surface) => [text, surface, 4.5] as const)),
  ["on-accent", "accent", 4.5] as const,
  ["on-accent", "accent-hover", 4.5] as const,
  ["on-danger", "danger", 4.5] as const,
  ["on-danger", "danger-hover", 4.5] as const,
  ...["surface", "sunken", "raised"].map((surface) => ["line-strong", surface, 3] as const),
];

describe.each([
  ["light", colours(light)],
  ["dark", colours(dark)],
])("the %s theme", (_name, theme) => {
  it("can be read on every surface", () => {
    const of = (name: string) => theme.get(name) ?? expect.fail(`there is no ${name}`);
    const weak = PAIRS.filter(([text, surface, least]) => contrast(of(text), of(surface)) < least);
    expect(weak).toEqual([]);
  });
});
