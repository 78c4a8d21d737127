import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { type components, isProblem, useMay } from "@/api";
import { Badge, Card, type Column, confirm, ErrorNote, IconButton, RelativeTime, Table, toast } from "@/ui";
import { uninstall } from "./changes";
import { refreshPlugins } from "./queries";
import { useText } from "./text";

type PluginDetail = components["schemas"]["PluginDetail"];
type Version = components["schemas"]["PluginVersion"];

export function PluginVersions({ plugin }: { plugin: PluginDetail }) {
  const t = useText();
  const may = useMay();
  const navigate = useNavigate();
  const removal = useMutation({
    mutationFn: (version: string) => uninstall(plugin.id, version),
    onSuccess: async (_, version) => {
      toast({ title: t.plugins.uninstalled(version) });
      if (plugin.versions.length === 1) await navigate({ to: "/connections/plugins" });
      await refreshPlugins();
    },
  });
  const ask = async (version: string) => {
    const question = {
      title: t.plugins.uninstallTitle(version),
      detail: t.plugins.uninstallDetail,
      action: t.plugins.uninstall,
      danger: true,
    };
    if (await confirm(question)) removal.mutate(version);
  };
  const columns: Column<Version>[] = [
    {
      key: "version",
      header: t.plugins.version,
      cell: ({ version }) => (
        <span className="flex flex-wrap items-center gap-2">
          {version}
          {version === plugin.version && <Badge tone="accent">{t.plugins.newConnections}</Badge>}
        </span>
      ),
    },
    { key: "at", header: t.plugins.installedAt, cell: ({ installed_at }) => <RelativeTime at={installed_at} /> },
    {
      key: "remove",
      header: "",
      align: "right",
      cell: ({ version }) =>
        may("install_plugins") && (
          <IconButton
            size="sm"
            label={`${t.plugins.uninstall}: ${version}`}
            icon={<Trash2 />}
            busy={removal.isPending && removal.variables === version}
            onClick={() => void ask(version)}
          />
        ),
    },
  ];
  return (
    <>
      <Card>
        <Table label={t.plugins.versions} columns={columns} rows={plugin.versions} rowKey={({ version }) => version} />
      </Card>
      {removal.error && <ErrorNote error={removal.error} />}
      {isProblem(removal.error, "in_use") && <Holders of={removal.error.problem.held_by} />}
    </>
  );
}

/** Who still needs the version, so that one can go there. */
function Holders({ of }: { of: unknown }) {
  const t = useText();
  const holders = Array.isArray(of) ? (of as { kind?: string; id?: string; name?: string }[]) : [];
  if (holders.length === 0) return null;
  return (
    <p className="text-sm text-muted">
      {t.plugins.inUse}{" "}
      {holders.map(({ id, name, kind }) =>
        kind === "connection" && id ? (
          <Link
            key={id}
            to="/connections/$connection"
            params={{ connection: id }}
            className="mr-2 text-accent-ink hover:underline"
          >
            {name ?? id}
          </Link>
        ) : (
          <span key={id ?? name} className="mr-2">
            {name ?? id}
          </span>
        ),
      )}
    </p>
  );
}
