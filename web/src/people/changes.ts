/** What a change changed: two values of the audit log, field by field. */

import { join } from "@/json-editor/pointer";

export interface Change {
  /** Where, as a JSON Pointer. */
  pointer: string;
  /** Undefined where there was nothing, or nothing is left. */
  before: unknown;
  after: unknown;
}

/** Fields that differ with every change and say nothing about it. */
const IDLE = new Set(["updated_at", "version"]);

/** The deepest places in which the values differ; lists are compared as a whole. */
export function changes(before: unknown, after: unknown, pointer = ""): Change[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => !(pointer === "" && IDLE.has(name) && name in before && name in after))
      .flatMap((name) => changes(before[name], after[name], join(pointer, name)));
  }
  if (isObject(after) && before === undefined && Object.keys(after).length > 0) {
    return changes({}, after, pointer);
  }
  if (isObject(before) && after === undefined && Object.keys(before).length > 0) {
    return changes(before, {}, pointer);
  }
  return same(before, after) ? [] : [{ pointer, before, after }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
