/** What is wrong with a field, in the person's language. */

import type { FieldError } from "../check/field-error";
import type { FormText } from "../text";

export function message(error: FieldError, t: FormText): string {
  const known = t.errors[error.code as keyof FormText["errors"]];
  if (typeof known === "string") return known;
  // The server names no limits, but has put them into its own words.
  if (known === undefined || error.limit === undefined) return error.message ?? t.errors.other;
  if (error.code === "format") return t.errors.format(t.formats[String(error.limit)] ?? String(error.limit));
  if (error.code === "type") return t.errors.type(typeNames(error.limit, t));
  return (known as (limit: number) => string)(Number(error.limit));
}

function typeNames(types: unknown, t: FormText): string {
  const names = Array.isArray(types) ? types : [types];
  return names.map((name) => t.types[name as keyof FormText["types"]] ?? String(name)).join(", ");
}
