import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Database } from "./device";
import { keep } from "./keep";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("keeps what is marked, whether it was read before or after the device was open", async () => {
  const written: unknown[] = [];
  const put = async (kept: { data: unknown }) => written.push(kept.data);
  const database = { transaction: () => ({ store: { put }, done: Promise.resolve() }) } as unknown as Database;
  const client = new QueryClient();
  const read = (name: string, kept: boolean) =>
    client.fetchQuery({ queryKey: [name], queryFn: () => name, meta: kept ? { keep: true } : {} });
  await read("before", true);
  await read("unmarked", false);
  const end = keep(client, database);
  await read("after", true);
  await vi.advanceTimersByTimeAsync(2_000);
  end();
  expect(written).toEqual(["before", "after"]);
});
