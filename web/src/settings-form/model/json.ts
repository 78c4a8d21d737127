/** JSON values, and what is done with them everywhere in the form. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object itself has a member: names of members come from strangers, and may be `constructor`. */
export function has(object: JsonObject, name: string): boolean {
  return Object.hasOwn(object, name);
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => equal(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => has(b, name) && equal(a[name], b[name]));
}

/** A member that is set even if it is called `__proto__`. */
export function put(object: JsonObject, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * What a form holds as JSON: members that are `undefined` are absent there, and so are they here. An entry of a list that
 * nobody has filled in yet keeps its place as `null`, which no schema of settings takes by accident.
 */
export function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : toJson(item)));
  if (!isObject(value)) return (value ?? null) as Json;
  const object: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) put(object, name, toJson(member));
  }
  return object;
}

/**
 * What the form's engine says has become of `before`, without what it makes of members such as `constructor`: it takes them
 * for the methods of every object.
 */
export function withoutMethods(next: unknown, before: unknown): unknown {
  if (typeof next === "function") return before;
  if (Array.isArray(next)) {
    return next.map((item, at) => withoutMethods(item, Array.isArray(before) ? before[at] : undefined));
  }
  if (!isObject(next)) return next;
  const was = (name: string) => (isObject(before) && has(before, name) ? before[name] : undefined);
  return Object.fromEntries(Object.entries(next).map(([name, member]) => [name, withoutMethods(member, was(name))]));
}
