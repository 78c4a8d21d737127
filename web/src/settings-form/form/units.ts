/** Units, as plugins write them into the names of their fields. */

const UNITS: [ending: RegExp, unit: string][] = [
  [/(^|_)(ms|millis|milliseconds)$/, "ms"],
  [/(^|_)(s|secs|seconds)$/, "s"],
  [/(^|_)(minutes|mins)$/, "min"],
  [/(^|_)(hours|h)$/, "h"],
  [/(^|_)bytes$/, "B"],
  [/(^|_)kib$/, "KiB"],
  [/(^|_)mib$/, "MiB"],
  [/(^|_)(percent|pct)$/, "%"],
];

export function unitOf(name: string): string | undefined {
  return UNITS.find(([ending]) => ending.test(name))?.[1];
}
