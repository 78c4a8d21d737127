/** What the form's engine asks a validator for: which branch of a condition a value takes. The verdict itself is `judge`'s. */

import type { RJSFSchema, ValidatorType } from "@rjsf/utils";
import { compile, type Validator } from "../check/validator";
import { toJson } from "../model/json";
import type { AnySchema, Schema } from "../model/schema";

const compiled = new WeakMap<object, Validator>();

export const conditions: ValidatorType = {
  isValid: (schema: RJSFSchema | boolean, value: unknown, root: RJSFSchema) => {
    if (typeof schema === "boolean") return schema;
    if (value === undefined) return false;
    return validatorOf(schema as Schema, root as Schema).fits(toJson(value));
  },
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
};

function validatorOf(schema: AnySchema, root: Schema): Validator {
  if (typeof schema !== "object") return compile(schema);
  let known = compiled.get(schema);
  if (!known) {
    known = compile({ ...schema, definitions: root.definitions });
    compiled.set(schema, known);
  }
  return known;
}
