import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import de from "@/i18n/de/operations";
import en from "@/i18n/en/operations";

it("has words for every kind of job that the server knows, and for no other", () => {
  const source = readFileSync("../crates/domain/src/jobs.rs", "utf8");
  const kinds = [...source.matchAll(/const KIND: &'static str = "([a-z-]+)"/g)].map(([, kind]) => kind).sort();
  expect(kinds.length).toBeGreaterThan(10);
  expect(Object.keys(en.kindMeaning).sort()).toEqual(kinds);
  expect(Object.keys(de.kindMeaning).sort()).toEqual(kinds);
});
