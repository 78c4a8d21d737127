/**
 * In which places a value differs from a JSON Schema, said about the form that its author meant: a validator alone says
 * of a value with several possible forms everything that keeps it from being any of them. It chooses as the server does
 * (`rules/src/violations.rs`), so that both point at the same places.
 */

import { dereference, type OutputUnit, type Schema, validate } from "@cfworker/json-schema";
import { at, join } from "./pointer";

/** What is wrong in one place. */
export type Violation = { pointer: string } & (
  | { code: "unknown_field"; name: string }
  | { code: "required"; name: string }
  | { code: "type"; expected: string[] }
  | { code: "unknown_value"; words: string[] }
  | { code: "too_short" | "too_long"; limit: number }
  | { code: "no_form" }
  | { code: "other"; message: string }
);

/** A function that lists the violations of values; everything that can be prepared is prepared once. */
export function checker(schema: Schema): (value: unknown) => Violation[] {
  const lookup = dereference(schema);
  return (value) => {
    const { errors } = validate(value, schema, "7", lookup, false);
    return distinct(explain(errors, { schema, lookup, value }));
  };
}

interface Context {
  schema: Schema;
  lookup: Record<string, Schema | boolean>;
  value: unknown;
}

/** Keywords that only say that something below them is wrong, which says so itself. */
const WRAPPERS = new Set(["properties", "items", "$ref", "allOf", "false", "patternProperties"]);

function explain(errors: OutputUnit[], context: Context): Violation[] {
  const found: Violation[] = [];
  for (const error of outermost(errors)) {
    if (error.keyword === "oneOf" || error.keyword === "anyOf") {
      found.push(...explainChoice(error, errors, context));
    } else {
      found.push(...explainOne(error, context));
    }
  }
  return found;
}

/** The errors that speak for themselves and do not belong to one of several forms. */
function outermost(errors: OutputUnit[]): OutputUnit[] {
  const choices = errors.filter(({ keyword }) => keyword === "oneOf" || keyword === "anyOf");
  const inChoice = ({ keywordLocation }: OutputUnit) =>
    choices.some((choice) => keywordLocation.startsWith(`${choice.keywordLocation}/`));
  return errors.filter((error) => !WRAPPERS.has(error.keyword) && !inChoice(error));
}

function explainChoice(choice: OutputUnit, errors: OutputUnit[], context: Context): Violation[] {
  const pointer = pointerOf(choice);
  const forms = schemaAt(choice.keywordLocation, context) as unknown as Schema[];
  // Instances of the same schema in a list have the same keyword locations.
  const here = errors.filter((error) => error === choice || within(error.instanceLocation, choice.instanceLocation));
  const branches = forms.map((_, i) =>
    here.filter(({ keywordLocation }) => keywordLocation.startsWith(`${choice.keywordLocation}/${i}/`)),
  );
  const words = branches.map((branch) => expectedWord(branch, context));
  if (words.every((word) => word !== undefined)) {
    const typed = typeof at(context.value, join(pointer, "type")) !== "undefined";
    return [{ pointer: typed ? join(pointer, "type") : pointer, code: "unknown_value", words }];
  }
  const misfits = branches.map((branch) =>
    outermost(branch).reduce((sum, error) => sum + distance(error, pointer, context), 0),
  );
  const closest = Math.min(...misfits);
  const meant = branches.filter((_, i) => misfits[i] === closest);
  const [branch] = meant;
  return meant.length === 1 && branch ? explain(branch, context) : [{ pointer, code: "no_form" }];
}

/** The word that would have made this form the right one, if another (or none) was written. */
function expectedWord(branch: OutputUnit[], context: Context): string | undefined {
  const constant = outermost(branch).find(({ keyword }) => keyword === "const");
  const word = constant && (schemaAt(constant.keywordLocation, context) as unknown);
  return typeof word === "string" ? word : undefined;
}

/** How much an error speaks against a form as a whole: a wrong word most, a field too many or too few some. */
function distance(error: OutputUnit, pointer: string, context: Context): number {
  if (error.keyword === "const") {
    return 100;
  }
  return pointerOf(error) === pointer ? explainOne(error, context).length : 0;
}

function explainOne(error: OutputUnit, context: Context): Violation[] {
  const pointer = pointerOf(error);
  const wanted = schemaAt(error.keywordLocation, context) as unknown;
  switch (error.keyword) {
    case "additionalProperties": {
      const known = (schemaAt(parent(error.keywordLocation), context) as Schema).properties ?? {};
      const names = Object.keys((at(context.value, pointer) as object) ?? {}).filter((name) => !(name in known));
      return names.map((name) => ({ pointer: join(pointer, name), code: "unknown_field", name }));
    }
    case "required": {
      const present = (at(context.value, pointer) as object) ?? {};
      const missing = (wanted as string[]).filter((name) => !(name in present));
      return missing.map((name) => ({ pointer, code: "required", name }));
    }
    case "type":
      return [{ pointer, code: "type", expected: [wanted].flat() as string[] }];
    case "const":
      return [{ pointer, code: "unknown_value", words: [String(wanted)] }];
    case "enum":
      return [{ pointer, code: "unknown_value", words: (wanted as unknown[]).map(String) }];
    case "minLength":
    case "minItems":
      return [{ pointer, code: "too_short", limit: wanted as number }];
    case "maxLength":
    case "maxItems":
      return [{ pointer, code: "too_long", limit: wanted as number }];
    default:
      return [{ pointer, code: "other", message: error.error }];
  }
}

/** What stands in the schema at the location of a keyword, which leads through references. */
function schemaAt(location: string, { schema, lookup }: Context): Schema {
  let here: unknown = schema;
  for (const step of location.split("/").slice(1)) {
    const next: unknown = (here as Record<string, unknown>)[decodeStep(step)];
    const absolute = (here as Schema).__absolute_ref__;
    here = step === "$ref" ? lookup[absolute ?? String(next)] : next;
  }
  return here as Schema;
}

function decodeStep(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

const parent = (location: string) => location.slice(0, location.lastIndexOf("/"));
const pointerOf = ({ instanceLocation }: OutputUnit) => instanceLocation.slice(1);
const within = (location: string, of: string) => location === of || location.startsWith(`${of}/`);

function distinct(violations: Violation[]): Violation[] {
  const seen = new Set<string>();
  return violations.filter((violation) => {
    const key = JSON.stringify(violation);
    return !seen.has(key) && seen.add(key);
  });
}
