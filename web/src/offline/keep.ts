/**
 * Keeps the results of queries that are marked so on the device: the inbox opens with what was there last, and can be read
 * without a connection. What is shown from here is stale, so it is asked for again as soon as that is possible.
 */

import type { Query, QueryClient } from "@tanstack/react-query";
import type { Database } from "./device";

const WRITE_AFTER_MS = 1000;
const FORGET_AFTER_MS = 7 * 24 * 60 * 60 * 1000;
/** Threads and lists that were looked at last. */
const MOST = 400;

export async function restore(client: QueryClient, database: Database): Promise<void> {
  const oldest = Date.now() - FORGET_AFTER_MS;
  const transaction = database.transaction("kept", "readwrite");
  const keys = await transaction.store.getAllKeys();
  const all = await transaction.store.getAll();
  const entries = all.map((kept, index) => ({ ...kept, key: keys[index] ?? "" }));
  entries.sort((a, b) => b.updatedAt - a.updatedAt);
  for (const [index, { key, queryKey, data, updatedAt }] of entries.entries()) {
    if (index >= MOST || updatedAt < oldest) {
      await transaction.store.delete(key);
    } else if (client.getQueryData(queryKey) === undefined) {
      client.setQueryData(queryKey, data, { updatedAt });
    }
  }
  await transaction.done;
}

/** Writes down what was read before the device was open, and what comes from now on. Gives what ends it. */
export function keep(client: QueryClient, database: Database): () => void {
  const waiting = new Map<string, Query>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = async () => {
    timer = undefined;
    const queries = [...waiting.values()];
    waiting.clear();
    try {
      const transaction = database.transaction("kept", "readwrite");
      for (const { queryHash, queryKey, state } of queries) {
        await transaction.store.put({ queryKey, data: state.data, updatedAt: state.dataUpdatedAt }, queryHash);
      }
      await transaction.done;
    } catch {
      // The device is full, or the person has signed out: reading without a connection is a help, not a promise.
    }
  };
  const note = (query: Query) => {
    if (!query.meta?.keep || query.state.data === undefined) return;
    waiting.set(query.queryHash, query);
    timer ??= setTimeout(() => void write(), WRITE_AFTER_MS);
  };
  const cache = client.getQueryCache();
  for (const query of cache.getAll()) note(query);
  const unsubscribe = cache.subscribe((event) => {
    if (event.type === "updated" && event.action.type === "success") note(event.query);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
