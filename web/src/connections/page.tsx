/** All connections, and how each of them is. */

import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useNavigate } from "@tanstack/react-router";
import { Cable, Plus } from "lucide-react";
import { useMay } from "@/api";
import {
  Button,
  Card,
  type Column,
  EmptyState,
  ErrorState,
  Menu,
  MenuItem,
  Page,
  RelativeTime,
  SkeletonRows,
  Table,
} from "@/ui";
import { type Connection, connectionsQuery, healthQuery, type Plugin, pluginsQuery } from "./queries";
import { StatusBadge } from "./status-badge";
import { ConnectionsTabs } from "./tabs";
import { useText } from "./text";

/** Some may see what is beside the connections, and not these. */
export function ConnectionsPage() {
  const may = useMay();
  if (may("manage_connections")) return <Connections />;
  return <Navigate to={may("install_plugins") ? "/connections/plugins" : "/connections/deliveries"} replace />;
}

function Connections() {
  const t = useText();
  const connections = useQuery(connectionsQuery);
  const plugins = useQuery(pluginsQuery);
  const installed = plugins.data ?? [];
  return (
    <Page
      title={t.title}
      description={t.description}
      actions={installed.length > 0 && <NewConnection plugins={installed} />}
      bar={<ConnectionsTabs />}
    >
      {connections.isPending || plugins.isPending ? (
        <SkeletonRows />
      ) : !connections.data ? (
        <ErrorState error={connections.error} retry={connections.refetch} />
      ) : connections.data.length > 0 ? (
        <Card>
          <ConnectionsTable connections={connections.data} plugins={installed} />
        </Card>
      ) : (
        <Card>
          <EmptyState
            icon={<Cable />}
            title={t.list.empty}
            action={installed.length > 0 ? <NewConnection plugins={installed} /> : undefined}
          >
            {installed.length > 0 ? t.list.emptyHint : t.list.noPlugins}
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}

function NewConnection({ plugins }: { plugins: Plugin[] }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="primary" icon={<Plus />}>
          {t.list.new}
        </Button>
      }
    >
      {plugins.map(({ id, name }) => (
        <MenuItem key={id} onSelect={() => void navigate({ to: "/connections/new/$plugin", params: { plugin: id } })}>
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}

function ConnectionsTable({ connections, plugins }: { connections: Connection[]; plugins: Plugin[] }) {
  const t = useText();
  const navigate = useNavigate();
  const nameOf = (id: string) => plugins.find((plugin) => plugin.id === id)?.name ?? id;
  const columns: Column<Connection>[] = [
    {
      key: "name",
      header: t.list.name,
      cell: ({ id, name }) => (
        <Link to="/connections/$connection" params={{ connection: id }} className="font-medium hover:underline">
          {name}
        </Link>
      ),
    },
    { key: "status", header: t.list.status, cell: (connection) => <Health connection={connection} /> },
    { key: "plugin", header: t.list.plugin, cell: ({ plugin_id }) => nameOf(plugin_id), wide: true },
    {
      key: "account",
      header: t.list.account,
      cell: ({ accounts }) => <span className="font-mono text-xs text-muted">{accounts.join(", ")}</span>,
      wide: true,
    },
  ];
  return (
    <Table
      label={t.list.label}
      columns={columns}
      rows={connections}
      rowKey={({ id }) => id}
      onRow={({ id }) => void navigate({ to: "/connections/$connection", params: { connection: id } })}
    />
  );
}

/** The worst that is known, and why. */
function Health({ connection }: { connection: Connection }) {
  const { data } = useQuery(healthQuery(connection.id));
  const [first] = data?.reasons ?? [];
  const since = first?.since ?? connection.status_since;
  const isWell = (data?.status ?? connection.status) === "ok";
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <StatusBadge status={data?.status ?? connection.status} />
      {!isWell && first && <span className="text-xs text-muted">{first.message}</span>}
      {!isWell && since && (
        <span className="text-xs text-faint">
          <RelativeTime at={since} />
        </span>
      )}
    </span>
  );
}
