/**
 * What the console keeps on the device: what was read, what is not sent yet, drafts. Apart from what opens it, which is
 * loaded after the first page.
 */

import type { DBSchema, IDBPDatabase } from "idb";
import type { OutboxEntry } from "@/inbox/outbox/outbox";

export interface Kept {
  queryKey: readonly unknown[];
  data: unknown;
  updatedAt: number;
}

export interface DeviceSchema extends DBSchema {
  /** Results of queries, by their hash. */
  kept: { key: string; value: Kept };
  outbox: { key: string; value: OutboxEntry };
  drafts: { key: string; value: { text: string; note: boolean; mentions?: { id: string; name: string }[] } };
}

export type Database = IDBPDatabase<DeviceSchema>;

let opened: Promise<Database> | undefined;

/** The database of the person who is signed in, once it is there. */
export function device(): Promise<Database> | undefined {
  return opened;
}

export function keepOpen(database: Promise<Database> | undefined): void {
  opened = database;
}
