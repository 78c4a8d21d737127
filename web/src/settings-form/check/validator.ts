/** Whether a value fits a schema, judged in the browser as the server does: no code is made of the schema. */

import { Validator as Engine, type Schema as EngineSchema } from "@cfworker/json-schema";
import type { Json } from "../model/json";
import type { AnySchema } from "../model/schema";
import { prepared } from "./compile";
import { type FieldError, fieldErrors } from "./field-error";
import { installFormats } from "./formats";

export interface Validator {
  errors(value: Json): FieldError[];
  fits(value: Json): boolean;
}

export function compile(schema: AnySchema): Validator {
  installFormats();
  const root = prepared(schema);
  // The engine notes in the schema where its parts are, so each gets a copy of its own.
  const all = new Engine(structuredClone(root) as EngineSchema, "7", false);
  const first = new Engine(structuredClone(root) as EngineSchema, "7", true);
  return {
    errors: (value) => fieldErrors(all.validate(value).errors, root),
    fits: (value) => first.validate(value).valid,
  };
}
