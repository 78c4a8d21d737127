/** One run: why it came to it, condition by condition, and what came of it. */

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useFormat } from "@/i18n";
import { Badge, buttonClass, Drawer } from "@/ui";
import { ConditionTree } from "./condition-tree";
import type { RuleRun } from "./queries";
import { Outcome } from "./runs-table";
import { useText } from "./text";
import type { ConditionTrace, DoneAction, Trace } from "./trace";

export function RunDrawer({ run, onClose }: { run: RuleRun; onClose: () => void }) {
  const t = useText();
  const { dateTime } = useFormat();
  const trace = run.trace as unknown as Trace;
  const footer = (
    <>
      {run.conversation_id && (
        <Link to={`/inbox/${run.conversation_id}` as string} className={buttonClass()}>
          {t.run.openConversation}
        </Link>
      )}
      <Link to="/rules/$ruleId" params={{ ruleId: run.rule_id }} className={buttonClass()}>
        {t.run.rule}
      </Link>
    </>
  );
  const description = `${dateTime(run.created_at)}, ${t.run.deletedSince(run.rule_version)}`;
  return (
    <Drawer open onOpenChange={onClose} title={run.rule_name} description={description} size="lg" footer={footer}>
      <div className="flex flex-col gap-6">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <Outcome run={run} />
          <span className="text-muted">{t.run.outcomeHints[run.outcome]}</span>
        </p>
        <Part title={t.run.trigger}>
          <p className="text-sm">{trace.trigger.reason}</p>
        </Part>
        <Part title={t.run.conditions}>
          {isEmpty(trace.conditions) ? <Quiet>{t.run.noConditions}</Quiet> : <ConditionTree trace={trace.conditions} />}
        </Part>
        <Part title={t.run.actions}>
          <Actions run={run} />
        </Part>
        {trace.notes.length > 0 && (
          <Part title={t.run.notes}>
            <ul className="flex flex-col gap-1 text-sm">
              {trace.notes.map(({ pointer, message }) => (
                <li key={`${pointer} ${message}`}>
                  {message} <code className="font-mono text-xs text-muted">{pointer}</code>
                </li>
              ))}
            </ul>
          </Part>
        )}
      </div>
    </Drawer>
  );
}

const isEmpty = (trace: ConditionTrace | null): trace is null =>
  trace === null || (trace.kind === "all" && trace.of.length === 0);

function Actions({ run }: { run: RuleRun }) {
  const t = useText();
  const actions = run.actions as unknown as DoneAction[];
  if (actions.length === 0) {
    return <Quiet>{t.run.noActions}</Quiet>;
  }
  return (
    <ol className="flex flex-col gap-2 text-sm">
      {actions.map(({ index, type, outcome }) => (
        <li key={index} className="flex flex-wrap items-baseline gap-2">
          <span className="font-medium">{t.words.actionKinds[type] ?? type}</span>
          {outcome.ok ? (
            <Badge tone={outcome.result.changed === false ? "neutral" : "success"}>
              {outcome.result.changed === false ? t.run.unchanged : t.run.done}
            </Badge>
          ) : (
            <>
              <Badge tone="danger">{t.run.notDone}</Badge>
              <span className="text-muted">{outcome.error}</span>
            </>
          )}
        </li>
      ))}
      {run.plugin_actions.map(({ id, action, outcome, error }) => (
        <li key={id} className="flex flex-wrap items-baseline gap-2">
          <code className="font-mono text-xs">{action}</code>
          <Badge tone={error ? "danger" : "neutral"}>{t.run.pluginOutcomes[outcome] ?? outcome}</Badge>
          {error && <span className="text-muted">{error.message}</span>}
        </li>
      ))}
    </ol>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

const Quiet = ({ children }: { children: ReactNode }) => <p className="text-sm text-muted">{children}</p>;
