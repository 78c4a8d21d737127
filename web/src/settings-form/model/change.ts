/** What a person changed, as the body of a PATCH: what it omits stays, `null` takes back. */

import { equal, has, isObject, type Json, type JsonObject, put } from "./json";
import { escapeToken } from "./pointer";

/**
 * The change that leads from `before` to `after`.
 *
 * Only what differs is in it, so that an inherited value that nobody touched stays inherited. A pointer in `resets` is
 * taken back even where nothing seems to differ: its own value may be the same as the inherited one.
 */
export function changeOf(
  before: JsonObject,
  after: JsonObject,
  resets: ReadonlySet<string> = new Set(),
  at = "",
): JsonObject {
  const change: JsonObject = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const pointer = `${at}/${escapeToken(name)}`;
    const next = memberChange(before, after, name, resets, pointer);
    if (next !== undefined) put(change, name, next);
  }
  return change;
}

function memberChange(
  before: JsonObject,
  after: JsonObject,
  name: string,
  resets: ReadonlySet<string>,
  pointer: string,
): Json | undefined {
  if (resets.has(pointer)) return null;
  if (!has(after, name)) return null;
  const [from, to] = [has(before, name) ? before[name] : undefined, after[name] as Json];
  if (isObject(from) && isObject(to)) {
    const inner = changeOf(from, to, resets, pointer);
    return Object.keys(inner).length > 0 ? inner : undefined;
  }
  return equal(from, to) ? undefined : to;
}
