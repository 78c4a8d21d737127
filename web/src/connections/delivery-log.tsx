import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { useMay } from "@/api";
import { useFormat } from "@/i18n";
import { useSearchState } from "@/search-state";
import { Card, type Column, EmptyState, ErrorState, Field, LoadMore, Select, SkeletonRows, Table } from "@/ui";
import { DeliveryDrawer } from "./delivery-drawer";
import { OutcomeBadge } from "./outcome-badge";
import { connectionsQuery, type Delivery, deliveriesQuery } from "./queries";
import { useText } from "./text";

interface Search {
  outcome?: string;
  connection_id?: string;
  delivery?: string;
}

/** The requests of providers, the newest first; of one connection, or of all. */
export function DeliveryLog({ connection }: { connection?: string }) {
  const t = useText();
  const [{ outcome, connection_id, delivery }, change] = useSearchState<Search>();
  const list = useInfiniteQuery(deliveriesQuery({ outcome, connection_id: connection ?? connection_id }));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const outcomes = Object.entries(t.deliveries.outcomes).map(([value, label]) => ({ value, label }));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        <div className="w-44">
          <Field label={t.deliveries.outcome}>
            <Select
              value={outcome ?? ""}
              onValueChange={(next) => change({ outcome: next })}
              options={outcomes}
              placeholder={t.deliveries.all}
            />
          </Field>
        </div>
        {connection === undefined && (
          <ConnectionFilter value={connection_id} onValueChange={(next) => change({ connection_id: next })} />
        )}
      </div>
      <Card>
        {list.isPending ? (
          <SkeletonRows />
        ) : !list.data ? (
          <ErrorState error={list.error} retry={list.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<Inbox />} title={t.deliveries.empty}>
            {t.deliveries.emptyHint}
          </EmptyState>
        ) : (
          <Rows rows={rows} withConnection={connection === undefined} open={(id) => change({ delivery: id })} />
        )}
        <LoadMore {...list} />
      </Card>
      {delivery && <DeliveryDrawer id={delivery} onClose={() => change({ delivery: undefined })} />}
    </div>
  );
}

function ConnectionFilter({ value, onValueChange }: { value?: string; onValueChange: (next: string) => void }) {
  const t = useText();
  const may = useMay();
  const { data } = useQuery({ ...connectionsQuery, enabled: may("manage_connections") });
  return (
    <div className="w-56">
      <Field label={t.deliveries.connection}>
        <Select
          value={value ?? ""}
          onValueChange={onValueChange}
          options={(data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          placeholder={t.deliveries.all}
        />
      </Field>
    </div>
  );
}

interface RowsProps {
  rows: Delivery[];
  withConnection: boolean;
  open: (id: string) => void;
}

function Rows({ rows, withConnection, open }: RowsProps) {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const { data: connections } = useQuery({ ...connectionsQuery, enabled: withConnection && may("manage_connections") });
  const columns: Column<Delivery>[] = [
    {
      key: "received",
      header: t.deliveries.received,
      cell: ({ id, received_at }) => (
        <button
          type="button"
          aria-label={t.deliveries.open(format.dateTime(received_at))}
          onClick={(event) => {
            event.stopPropagation();
            open(id);
          }}
          className="whitespace-nowrap hover:underline"
        >
          {format.dateTime(received_at)}
        </button>
      ),
    },
    { key: "outcome", header: t.deliveries.outcome, cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
    ...(withConnection
      ? [
          {
            key: "connection",
            header: t.deliveries.connection,
            cell: ({ connection_id }: Delivery) => connections?.find(({ id }) => id === connection_id)?.name ?? "",
          },
        ]
      : []),
    {
      key: "reason",
      header: t.deliveries.reason,
      cell: ({ reason }) => <span className="text-muted">{reason}</span>,
      className: "max-w-96 truncate",
      wide: true,
    },
    {
      key: "size",
      header: t.deliveries.size,
      align: "right",
      wide: true,
      cell: ({ body_size }) => format.number(body_size, { style: "unit", unit: "byte", unitDisplay: "long" }),
    },
  ];
  return (
    <Table
      label={t.deliveries.label}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      onRow={({ id }) => open(id)}
    />
  );
}
