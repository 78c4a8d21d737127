/** What the device remembers, once it is known whose it is. */

import type { QueryClient } from "@tanstack/react-query";
import type { Me } from "@/api";
import { outbox } from "@/inbox/outbox";
import { openDevice } from "./database";
import { keep, restore } from "./keep";
import { keepConsole } from "./worker/register";

/** Gives what ends it. */
export async function startDevice(client: QueryClient, me: Me): Promise<() => void> {
  keepConsole();
  try {
    const database = await openDevice(me.tenant.id, me.user.id);
    await restore(client, database);
    outbox.restore(await database.getAll("outbox"));
    return keep(client, database);
  } catch {
    // A private window, or a browser that keeps nothing: everything works, only not without a connection.
    return () => undefined;
  }
}
