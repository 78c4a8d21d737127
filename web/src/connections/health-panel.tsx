import { useQuery } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { ErrorState, RelativeTime, Skeleton } from "@/ui";
import { Panel } from "./panel";
import { healthQuery } from "./queries";
import { StatusBadge } from "./status-badge";
import { useText } from "./text";

/** What is wrong with a connection, since when, and what to do about it. */
export function HealthPanel({ connection }: { connection: string }) {
  const t = useText();
  const { data, error, refetch } = useQuery(healthQuery(connection));
  return (
    <Panel title={t.health.title} actions={data && <StatusBadge status={data.status} />}>
      {error ? (
        <ErrorState error={error} retry={refetch} />
      ) : !data ? (
        <Skeleton />
      ) : data.reasons.length === 0 ? (
        <p className="flex items-center gap-2">
          <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
          {t.health.allWell}
        </p>
      ) : (
        <ul className="flex flex-col gap-3">
          {data.reasons.map(({ code, message, since }) => (
            <li key={code} className="flex gap-2">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
              <div className="min-w-0">
                <p className="break-words">{message}</p>
                {t.health.remedies[code] && <p className="text-muted">{t.health.remedies[code]}</p>}
                {since && <RelativeTime at={since} className="text-xs text-faint" />}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
