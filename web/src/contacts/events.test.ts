import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import de from "@/i18n/de/contacts";
import en from "@/i18n/en/contacts";

it("has words for every event that can stand in a timeline", () => {
  const schema = JSON.parse(readFileSync("../schemas/openapi.json", "utf8")).components.schemas.EventKind;
  const kinds: string[] = schema.enum ?? schema.oneOf.map((one: { const: string }) => one.const);
  expect(kinds.length).toBeGreaterThan(20);
  expect(Object.keys(en.events).sort()).toEqual([...kinds].sort());
  expect(Object.keys(de.events).sort()).toEqual([...kinds].sort());
});
