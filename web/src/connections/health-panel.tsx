import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useMay } from "@/api";
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
                <Remedy connection={connection} code={code} />
                {since && <RelativeTime at={since} className="text-xs text-faint" />}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Where something can be done about it, or seen why it is so. */
const PLACES: Record<string, "settings" | "calls" | "deliveries" | "holds"> = {
  needs_reauth: "settings",
  check_failed: "settings",
  circuit_open: "calls",
  webhooks_not_registered: "calls",
  poll_failed: "calls",
  deliveries_failed: "deliveries",
  paused: "holds",
};

function Remedy({ connection, code }: { connection: string; code: string }) {
  const t = useText();
  const may = useMay();
  const place = PLACES[code];
  const className = "mr-2 text-accent-ink hover:underline";
  if (place === "holds") {
    return may("operate_queue") ? (
      <Link to="/operations/held-back" className={className}>
        {t.health.places.holds}
      </Link>
    ) : null;
  }
  if (!place || (place === "deliveries" && !may("replay_deliveries"))) return null;
  const only = { calls: { failed: "only" }, deliveries: { outcome: "failed" }, settings: {} }[place];
  return (
    <Link to="/connections/$connection" params={{ connection }} search={{ part: place, ...only }} className={className}>
      {t.health.places[place]}
    </Link>
  );
}
