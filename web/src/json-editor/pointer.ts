/** JSON Pointers (RFC 6901), the way in which the API says where something is wrong. */

/** The steps of a pointer, from the root. */
export function steps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A pointer with one step more. */
export function join(pointer: string, step: string | number): string {
  return `${pointer}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** What a pointer points at; undefined where there is nothing. */
export function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const step of steps(pointer)) {
    if (typeof here !== "object" || here === null) {
      return undefined;
    }
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}

/** A copy of the value with something else at the pointer; what lies beside it is shared. */
export function withValue<T>(value: T, pointer: string, replacement: unknown): T {
  const [first, ...rest] = steps(pointer);
  if (first === undefined) {
    return replacement as T;
  }
  const below = rest.reduce<string>(join, "");
  if (Array.isArray(value)) {
    return value.map((entry, i) => (String(i) === first ? withValue(entry, below, replacement) : entry)) as T;
  }
  const fields = value as Record<string, unknown>;
  return { ...fields, [first]: withValue(fields[first], below, replacement) } as T;
}
