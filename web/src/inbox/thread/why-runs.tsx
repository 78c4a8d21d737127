/** The run of a rule that has done something: its trigger, and every condition with the value that it had. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import { useMay } from "@/api";
import { useFormat } from "@/i18n";
import { ErrorState, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import { ruleRunsQuery } from "../queries";
import { useThreadParts } from "./thread-context";

/** A condition as the trace has it. */
interface Traced {
  kind: "test" | "all" | "any" | "not";
  result: boolean;
  fact?: string;
  op?: string;
  expected?: unknown;
  actual?: unknown;
  of?: Traced[] | Traced;
}

interface Trace {
  trigger?: { reason?: string };
  conditions?: Traced;
}

export function WhyRuns({ ruleId, at }: { ruleId: string; at: string }) {
  const t = useConversationText();
  const format = useFormat();
  const may = useMay();
  const { conversation } = useThreadParts();
  const runs = useQuery(ruleRunsQuery(conversation.id));
  if (runs.isPending) return <SkeletonRows rows={3} />;
  if (runs.isError) return <ErrorState error={runs.error} retry={() => void runs.refetch()} />;
  const distance = (run: { created_at: string }) => Math.abs(Date.parse(run.created_at) - Date.parse(at));
  const [run] = runs.data.items
    .filter((run) => run.rule_id === ruleId && run.outcome === "matched")
    .sort((a, b) => distance(a) - distance(b));
  if (!run) return <p className="text-sm text-muted">{t.whyUnknown}</p>;
  const trace = run.trace as Trace;
  return (
    <div className="flex flex-col gap-2 text-left text-sm">
      <p className="font-medium">{t.whyRule(run.rule_name, run.rule_version)}</p>
      <p className="text-xs text-muted">{format.dateTime(run.created_at)}</p>
      {trace.trigger?.reason && <p>{t.whyBecause(trace.trigger.reason)}</p>}
      {trace.conditions && <Condition condition={trace.conditions} />}
      {may("read_rules") && (
        <Link to="/rules/$ruleId" params={{ ruleId: run.rule_id }} className="self-start text-accent-ink underline">
          {t.whyOpenRule}
        </Link>
      )}
    </div>
  );
}

function Condition({ condition }: { condition: Traced }) {
  const t = useConversationText();
  const { kind, fact, op, expected, actual, of, result } = condition;
  const inner = of === undefined ? [] : Array.isArray(of) ? of : [of];
  if (kind !== "test") {
    if (inner.length === 0) return null;
    return (
      <div>
        <p className="text-xs font-medium text-muted">{t.conditionKinds[kind]}</p>
        <ul className="border-l border-line pl-3">
          {inner.map((each, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity than their place.
            <li key={index}>
              <Condition condition={each} />
            </li>
          ))}
        </ul>
      </div>
    );
  }
  const Icon = result ? Check : X;
  return (
    <p className="flex items-start gap-1.5">
      <Icon
        role="img"
        aria-label={result ? t.conditionHeld : t.conditionFailed}
        className={result ? "mt-0.5 size-4 shrink-0 text-success" : "mt-0.5 size-4 shrink-0 text-danger"}
      />
      <span className="min-w-0 break-words">
        <code className="font-mono text-xs">{[fact, op, shown(expected)].filter(Boolean).join(" ")}</code>
        <span className="block text-xs text-muted">{t.conditionWas(shown(actual))}</span>
      </span>
    </p>
  );
}

function shown(value: unknown): string {
  return value === undefined ? "" : typeof value === "string" ? `“${value}”` : JSON.stringify(value);
}
