import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import de from "@/i18n/de/people";
import en from "@/i18n/en/people";
import { ALL_PERMISSIONS } from "./permissions";

it("offers every permission of the API once, with words in both languages", () => {
  const document = JSON.parse(readFileSync("../schemas/openapi.json", "utf8"));
  const schema = document.components.schemas.Permission;
  const known: string[] = schema.enum ?? schema.oneOf.map((one: { const: string }) => one.const);
  expect(known.length).toBeGreaterThan(10);
  expect([...ALL_PERMISSIONS].sort()).toEqual([...known].sort());
  expect(Object.keys(en.permissions).sort()).toEqual([...known].sort());
  expect(Object.keys(de.permissions).sort()).toEqual([...known].sort());
});
