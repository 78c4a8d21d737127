import { expect, it } from "vitest";
import { inBatches } from "./changes";

it("sends no more ids at once than the server takes, in their order", async () => {
  const ids = Array.from({ length: 2500 }, (_, i) => i);
  const sent = await inBatches(ids, async (batch) => batch);
  expect(sent.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
  expect(sent.flat()).toEqual(ids);
  expect(await inBatches([], async (batch) => batch)).toEqual([]);
});
