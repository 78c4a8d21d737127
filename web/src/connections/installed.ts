/** Installing a plugin to its end: the file is checked and compiled by a worker, which may take longer than a request waits. */

import type { components } from "@/api";
import { install, installation } from "./changes";

type Schemas = components["schemas"];
type Answer = Schemas["Plugin"] | Schemas["PluginInstallation"];

export interface Installed {
  plugin: string;
  name: string;
  version: string;
}

/** The worker has refused the file. Without reasons, its version is taken by another file. */
export class Refused extends Error {
  constructor(readonly reasons: { pointer: string; message: string }[]) {
    super("the plugin was refused");
  }
}

const AGAIN_MS = 1000;

export async function installed(file: File): Promise<Installed> {
  let answer: Answer = await install(file);
  for (;;) {
    const done = ended(answer);
    if (done) return done;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    answer = await installation(answer.id);
  }
}

/** What came of it; undefined while it is not done. Throws what was refused. */
export function ended(answer: Answer): Installed | undefined {
  if (!("done" in answer)) return { plugin: answer.id, name: answer.name, version: answer.version };
  if (!answer.done) return undefined;
  if (answer.result !== "installed") throw new Refused(answer.errors ?? []);
  const plugin = answer.plugin_id ?? "";
  return { plugin, name: plugin, version: answer.version ?? "" };
}
