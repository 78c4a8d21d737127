/** JSON pointers (RFC 6901): how fields are named between form, browser and server. */

import { has, isObject, type Json, type JsonObject, put } from "./json";

export type Path = (string | number)[];

export function toPointer(path: Path): string {
  return path.map((token) => `/${escapeToken(String(token))}`).join("");
}

export function toPath(pointer: string): string[] {
  return pointer.split("/").slice(1).map(unescapeToken);
}

export function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** What stands at a pointer, or `undefined`. */
export function valueAt(value: unknown, pointer: string): unknown {
  return toPath(pointer).reduce<unknown>((at, token) => member(at, token), value);
}

function member(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return value[Number(token)];
  return isObject(value) && has(value, token) ? value[token] : undefined;
}

/** A copy with another value at a pointer into objects; `undefined` removes it. Groups on the way are made where absent. */
export function withValueAt(value: JsonObject, pointer: string, next: Json | undefined): JsonObject {
  const [first, ...rest] = toPath(pointer);
  if (first === undefined) return value;
  const copy = { ...value };
  if (rest.length > 0) {
    const group = has(copy, first) && isObject(copy[first]) ? copy[first] : {};
    put(copy, first, withValueAt(group, toPointer(rest), next));
  } else if (next === undefined) {
    delete copy[first];
  } else {
    put(copy, first, next);
  }
  return copy;
}

/** Whether a pointer is another one, or lies below it. */
export function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}
