/** Conditions with the values they had. */

import { Check, X } from "lucide-react";
import { cx } from "@/ui";
import { useText } from "./text";
import type { ConditionTrace } from "./trace";
import { shown } from "./words";

export function ConditionTree({ trace }: { trace: ConditionTrace }) {
  return (
    <ul className="text-sm">
      <Node trace={trace} />
    </ul>
  );
}

function Node({ trace }: { trace: ConditionTrace }) {
  const t = useText();
  if (trace.kind === "test") {
    return (
      <li className="flex gap-2 py-0.5">
        <Mark result={trace.result} />
        <Test trace={trace} />
      </li>
    );
  }
  const below = trace.kind === "not" ? [trace.of] : trace.of;
  return (
    <li className="py-0.5">
      <span className="flex gap-2">
        <Mark result={trace.result} />
        <span className="font-medium">{t.run[trace.kind]}</span>
      </span>
      <ul className="ml-2 border-l border-line pl-4">
        {below.map((part, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a logged run does not change.
          <Node key={i} trace={part} />
        ))}
      </ul>
    </li>
  );
}

function Test({ trace: { fact, op, expected, actual } }: { trace: Extract<ConditionTrace, { kind: "test" }> }) {
  const t = useText();
  return (
    <span className="min-w-0 break-words">
      <code className="font-mono text-xs">{fact}</code> {t.words.ops[op] ?? op}{" "}
      {expected !== null && expected !== undefined && <span className="font-medium">{shown(expected)}</span>}
      <span className="block text-muted">
        {actual === null || actual === undefined ? t.run.missing : t.run.was(shown(actual))}
      </span>
    </span>
  );
}

function Mark({ result }: { result: boolean }) {
  const t = useText();
  const Icon = result ? Check : X;
  return (
    <Icon
      aria-label={result ? t.run.holds : t.run.holdsNot}
      className={cx("mt-0.5 size-4 shrink-0", result ? "text-success" : "text-danger")}
    />
  );
}
