import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Activity } from "lucide-react";
import { useMay } from "@/api";
import { useFormat } from "@/i18n";
import { useSearchState } from "@/search-state";
import {
  Badge,
  Card,
  Checkbox,
  type Column,
  CopyButton,
  EmptyState,
  ErrorState,
  LoadMore,
  RelativeTime,
  SkeletonRows,
  Table,
} from "@/ui";
import { callsQuery, type PluginCall } from "./queries";
import { useText } from "./text";

/** What a connection's plugin was called for, how long it took, and what it asked the provider. */
export function CallsTab({ connection }: { connection: string }) {
  const t = useText();
  const [{ failed }, change] = useSearchState<{ failed?: string }>();
  const list = useInfiniteQuery(callsQuery(connection, failed === "only"));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-3">
      <Checkbox
        label={t.calls.failedOnly}
        checked={failed === "only"}
        onCheckedChange={(only) => change({ failed: only ? "only" : undefined })}
      />
      <Card>
        {list.isPending ? (
          <SkeletonRows />
        ) : !list.data ? (
          <ErrorState error={list.error} retry={list.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<Activity />} title={t.calls.empty}>
            {t.calls.emptyHint}
          </EmptyState>
        ) : (
          <List calls={rows} />
        )}
        <LoadMore {...list} />
      </Card>
    </div>
  );
}

function List({ calls }: { calls: PluginCall[] }) {
  const t = useText();
  const format = useFormat();
  const columns: Column<PluginCall>[] = [
    {
      key: "function",
      header: t.calls.function,
      cell: (call) => <span className="font-mono text-xs">{call.function}</span>,
    },
    { key: "outcome", header: t.calls.outcome, cell: (call) => <Outcome call={call} /> },
    { key: "when", header: t.calls.when, cell: ({ called_at }) => <RelativeTime at={called_at} /> },
    {
      key: "duration",
      header: t.calls.duration,
      align: "right",
      cell: ({ duration_us }) => format.duration(duration_us / 1000),
    },
    { key: "ids", header: t.calls.ids, wide: true, cell: (call) => <Ids call={call} /> },
    { key: "requests", header: t.calls.requests, wide: true, cell: ({ requests }) => <Requests requests={requests} /> },
  ];
  return <Table label={t.calls.label} columns={columns} rows={calls} rowKey={({ id }) => id} />;
}

function Outcome({ call: { outcome, error_kind, detail, attempt } }: { call: PluginCall }) {
  const t = useText();
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Badge tone={outcome === "ok" ? "success" : "danger"}>{t.calls.outcomes[outcome] ?? outcome}</Badge>
      <span className="text-xs break-words text-muted">
        {[error_kind, detail, attempt > 1 ? t.calls.attempt(attempt) : ""].filter(Boolean).join(" · ")}
      </span>
    </span>
  );
}

/** What leads on: the job that called, and what stands in the log. */
function Ids({ call: { job_id: job, trace_id: trace, call_id: id } }: { call: PluginCall }) {
  const t = useText();
  const may = useMay();
  return (
    <span className="flex flex-col items-start text-xs text-muted">
      {typeof job === "number" &&
        (may("operate_queue") ? (
          <Link to="/operations/jobs" search={{ job: String(job) }} className="text-accent-ink hover:underline">
            {t.calls.job(job)}
          </Link>
        ) : (
          t.calls.job(job)
        ))}
      {trace && <Id name={t.calls.trace} text={trace} />}
      <Id name={t.calls.call} text={id} />
    </span>
  );
}

function Id({ name, text }: { name: string; text: string }) {
  return (
    <span className="flex max-w-44 items-center gap-1">
      {name}
      <code className="truncate font-mono" title={text}>
        {text}
      </code>
      <CopyButton text={text} label={`${name}: ${text}`} />
    </span>
  );
}

function Requests({ requests }: { requests: PluginCall["requests"] }) {
  return (
    <ul className="font-mono text-xs text-muted">
      {requests.map(({ method, host, status, failure }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they stand in the order in which they were made.
        <li key={place}>{`${method} ${host} ${status ?? failure ?? ""}`}</li>
      ))}
    </ul>
  );
}
