import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useMay } from "@/api";
import { useFormat } from "@/i18n";
import { Badge, Button, type Column, RelativeTime, Table, type Tone } from "@/ui";
import { scopeOf } from "./changes";
import { type NamedConnection, useConnections } from "./connections";
import type { Hold } from "./queries";
import { type Text, useText } from "./text";
import { usePause } from "./use-pause";

const TONES: Record<string, Tone> = { paused: "warning", locked: "warning", breaker: "danger", needs_reauth: "danger" };

/** Pauses, breakers and missing authorizations, with what ends each. */
export function HoldsTable({ holds }: { holds: Hold[] }) {
  const t = useText();
  const connections = useConnections();
  const columns: Column<Hold>[] = [
    {
      key: "what",
      header: t.holds.what,
      className: "min-w-48",
      cell: (hold) => (
        <>
          <span className="font-medium">{covered(t, hold, connections)}</span>
          {hold.everyone && <span className="block text-xs text-muted">{t.holds.everyone}</span>}
        </>
      ),
    },
    { key: "reason", header: t.holds.reason, cell: (hold) => <Reason hold={hold} /> },
    {
      key: "since",
      header: t.holds.since,
      className: "whitespace-nowrap",
      cell: ({ since }) => <RelativeTime at={since} />,
    },
    {
      key: "end",
      header: <span className="sr-only">{t.pause.resume}</span>,
      align: "right",
      cell: (hold) => <End hold={hold} />,
    },
  ];
  const key = (hold: Hold) => [hold.reason, hold.lane, hold.kind, hold.connection_id].join(" ");
  return <Table label={t.holds.title} columns={columns} rows={holds} rowKey={key} />;
}

function covered(t: Text, hold: Hold, connections: ReadonlyMap<string, NamedConnection>): string {
  const { lane, kind, connection_id: id } = hold;
  const parts = [
    lane && t.holds.laneIs(lane),
    kind && t.holds.kindIs(kind),
    id && t.holds.connectionIs(connections.get(id)?.name ?? id),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : t.holds.allJobs;
}

function Reason({ hold }: { hold: Hold }) {
  const t = useText();
  const { relative } = useFormat();
  return (
    <div className="min-w-48">
      <Badge tone={TONES[hold.reason]}>{t.holds.reasons[hold.reason] ?? hold.reason}</Badge>
      <p className="text-xs text-muted">{t.holds.remedies[hold.reason]}</p>
      {hold.until && <p className="text-xs text-muted">{t.holds.probe(relative(hold.until))}</p>}
    </div>
  );
}

/** What one can do to end it. */
function End({ hold }: { hold: Hold }) {
  const t = useText();
  const may = useMay();
  const { resume } = usePause();
  const scope = scopeOf(hold);
  if (scope) {
    return (
      <Button size="sm" icon={<Play />} onClick={() => void resume(scope)}>
        {t.pause.resume}
      </Button>
    );
  }
  const isOfProvider = hold.reason === "needs_reauth" || hold.reason === "breaker";
  if (isOfProvider && hold.connection_id && may("manage_connections")) {
    return (
      <Link
        to="/connections/$connection"
        params={{ connection: hold.connection_id }}
        className="text-sm text-accent-ink hover:underline"
      >
        {t.holds.openConnection}
      </Link>
    );
  }
  return null;
}
