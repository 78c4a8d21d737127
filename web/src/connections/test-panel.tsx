import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, PlugZap } from "lucide-react";
import { useEffect } from "react";
import { useSearchState } from "@/search-state";
import { Button, ErrorNote, ErrorState } from "@/ui";
import { test } from "./changes";
import { Panel } from "./panel";
import { type ConnectionCheck, checkQuery, refreshConnections } from "./queries";
import { useText } from "./text";

/** Asks the provider whether all is well, and shows what was tried one by one. */
export function TestPanel({ connection }: { connection: string }) {
  const t = useText();
  const asking = useMutation({ mutationFn: () => test(connection), onSettled: refreshConnections });
  const [{ test: wanted }, change] = useSearchState<{ test?: string }>();
  const { mutate } = asking;
  // Somebody has come here to have it tested, from the settings that they have saved.
  useEffect(() => {
    if (wanted !== "now") return;
    change({ test: undefined });
    mutate();
  }, [wanted, change, mutate]);
  const asked = asking.data;
  const isLate = asked !== undefined && !asked.done;
  const later = useQuery({ ...checkQuery(connection, asked?.id ?? ""), enabled: isLate });
  const check = isLate ? later.data : asked;
  return (
    <Panel
      title={t.test.title}
      hint={t.test.hint}
      actions={
        <Button size="sm" icon={<PlugZap />} busy={asking.isPending} onClick={() => asking.mutate()}>
          {t.test.run}
        </Button>
      }
    >
      <div role="status" aria-live="polite" className="empty:hidden">
        {asking.isPending ? (
          <p className="text-muted">{t.test.running}</p>
        ) : check?.report ? (
          <Report report={check.report} />
        ) : (
          isLate && !later.error && <p className="text-muted">{t.test.slow}</p>
        )}
      </div>
      {isLate && later.error && <ErrorState error={later.error} retry={later.refetch} />}
      {asking.error && <ErrorNote error={asking.error} />}
    </Panel>
  );
}

function Report({ report }: { report: NonNullable<ConnectionCheck["report"]> }) {
  const t = useText();
  return (
    <div className="flex flex-col gap-2">
      <p className={report.ok ? "font-medium text-success" : "font-medium text-danger"}>
        {report.ok ? t.test.passed : t.test.failed}
      </p>
      {report.account && <p className="text-muted">{t.test.account(report.account.name)}</p>}
      <ul className="flex flex-col gap-1.5">
        {report.checks?.map(({ name, ok, message }) => (
          <li key={name} className="flex gap-2">
            {ok ? (
              <CircleCheck aria-label={t.test.passedCheck} className="mt-0.5 size-4 shrink-0 text-success" />
            ) : (
              <CircleX aria-label={t.test.failedCheck} className="mt-0.5 size-4 shrink-0 text-danger" />
            )}
            <span className="min-w-0 break-words">
              <span className="font-medium">{name}</span> <span className="text-muted">{message}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
