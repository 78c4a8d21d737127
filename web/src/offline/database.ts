/** Opens what the console keeps on the device, for each person apart. */

import { deleteDB, openDB } from "idb";
import { type Database, type DeviceSchema, device, keepOpen } from "./device";

let openName: string | undefined;

/** Opens the person's own; a browser that allows none gets a rejected promise, and everything works without. */
export function openDevice(tenantId: string, userId: string): Promise<Database> {
  const name = `signalbox.${tenantId}.${userId}`;
  const open = device();
  if (open && openName === name) return open;
  const database = openDB<DeviceSchema>(name, 1, {
    upgrade(database) {
      database.createObjectStore("kept");
      database.createObjectStore("outbox", { keyPath: "key" });
      database.createObjectStore("drafts");
    },
    // Somebody signs out in another tab.
    blocking: () => void database.then((open) => open.close()),
  });
  openName = name;
  keepOpen(database);
  return database;
}

/** Leaves nothing of the person on the device. */
export async function forgetDevice(): Promise<void> {
  const open = device();
  const name = openName;
  if (!open || !name) return;
  keepOpen(undefined);
  await open.then(
    (database) => database.close(),
    () => undefined,
  );
  await deleteDB(name);
}
