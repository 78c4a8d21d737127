/** The torture suite: every construct of settings schemas, with what the server says of changes (crates/manifest, `torture`). */

import type { Json, JsonObject } from "../model/json";
import type { Schema } from "../model/schema";

export interface Torture {
  about: string;
  schema: Schema;
  cases: TortureCase[];
  shared?: { settings: JsonObject; errors: [pointer: string, code: string][] }[];
}

export interface TortureCase {
  own?: JsonObject;
  tenant?: JsonObject;
  secrets?: string[];
  change: JsonObject;
  errors: [pointer: string, code: string][];
  /** The settings in force afterwards, where they are worth a look. */
  settings?: Json;
}

const files = import.meta.glob<Torture>("./*.json", { eager: true, import: "default" });

/** Drawn from a seed by the server's side. */
export const generated = (files["./generated.json"] ?? []) as unknown as Pick<Torture, "schema" | "cases">[];

/** By the names of the files, what was written by people first. */
export const written = Object.entries(files)
  .filter(([file]) => file !== "./generated.json")
  .map(([file, torture]) => [file.slice(2, -5), torture] as const);
