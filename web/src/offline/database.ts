/** What the console keeps on the device, for each person apart: what was read, what is not sent yet, drafts. */

import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { OutboxEntry } from "@/inbox/outbox/outbox";

export interface Kept {
  data: unknown;
  updatedAt: number;
}

interface Schema extends DBSchema {
  /** Results of queries, by their hash. */
  kept: { key: string; value: Kept & { queryKey: readonly unknown[] } };
  outbox: { key: string; value: OutboxEntry };
  drafts: { key: string; value: { text: string; note: boolean } };
}

export type Database = IDBPDatabase<Schema>;

let opened: { name: string; database: Promise<Database> } | undefined;

/** Opens the person's own; a browser that allows none gets a rejected promise, and everything works without. */
export function openDevice(tenantId: string, userId: string): Promise<Database> {
  const name = `signalbox.${tenantId}.${userId}`;
  if (opened?.name !== name) {
    const database = openDB<Schema>(name, 1, {
      upgrade(database) {
        database.createObjectStore("kept");
        database.createObjectStore("outbox", { keyPath: "key" });
        database.createObjectStore("drafts");
      },
      // Somebody signs out in another tab.
      blocking: () => void database.then((open) => open.close()),
    });
    opened = { name, database };
  }
  return opened.database;
}

/** The one that is open. */
export function device(): Promise<Database> | undefined {
  return opened?.database;
}

/** Leaves nothing of the person on the device. */
export async function forgetDevice(): Promise<void> {
  if (!opened) return;
  const { name, database } = opened;
  opened = undefined;
  await database.then(
    (open) => open.close(),
    () => undefined,
  );
  await deleteDB(name);
}
