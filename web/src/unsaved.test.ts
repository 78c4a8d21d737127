import { expect, it } from "vitest";
import { isLeft } from "./unsaved";

it("takes another page and another tab for leaving, and nothing else", () => {
  const settings = { pathname: "/connections/1", search: { part: "settings" } };
  expect(isLeft(settings, { ...settings, pathname: "/connections" })).toBe(true);
  expect(isLeft(settings, { ...settings, search: { part: "overview" } })).toBe(true);
  expect(isLeft(settings, { ...settings, search: {} })).toBe(true);
  expect(isLeft(settings, { ...settings, search: { part: "settings", failed: "only" } })).toBe(false);
});
