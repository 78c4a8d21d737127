/** What is installed, and what each may do. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Puzzle, Upload } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { Badge, Button, buttonClass, Card, EmptyState, ErrorState, Page, SkeletonRows } from "@/ui";
import { InstallDialog } from "./install-dialog";
import { connectionsQuery, type Plugin, pluginsQuery } from "./queries";
import { ConnectionsTabs } from "./tabs";
import { useText } from "./text";

export function PluginsPage() {
  const t = useText();
  const may = useMay();
  const plugins = useQuery(pluginsQuery);
  const [isInstalling, setIsInstalling] = useState(false);
  const install = may("install_plugins") && (
    <Button icon={<Upload />} onClick={() => setIsInstalling(true)}>
      {t.plugins.install}
    </Button>
  );
  return (
    <Page title={t.title} description={t.description} actions={install} bar={<ConnectionsTabs />}>
      {plugins.isPending ? (
        <SkeletonRows />
      ) : !plugins.data ? (
        <ErrorState error={plugins.error} retry={plugins.refetch} />
      ) : plugins.data.length === 0 ? (
        <EmptyState icon={<Puzzle />} title={t.plugins.empty} action={install}>
          {t.plugins.emptyHint}
        </EmptyState>
      ) : (
        <ul aria-label={t.plugins.label} className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {plugins.data.map((plugin) => (
            <li key={plugin.id}>
              <PluginCard plugin={plugin} />
            </li>
          ))}
        </ul>
      )}
      {isInstalling && <InstallDialog onClose={() => setIsInstalling(false)} />}
    </Page>
  );
}

function PluginCard({ plugin }: { plugin: Plugin }) {
  const t = useText();
  const may = useMay();
  const { data: connections } = useQuery({ ...connectionsQuery, enabled: may("manage_connections") });
  const count = connections?.filter(({ plugin_id }) => plugin_id === plugin.id).length ?? 0;
  return (
    <Card className="flex h-full flex-col gap-2 p-4">
      <div className="flex items-baseline gap-2">
        <Link
          to="/connections/plugins/$plugin"
          params={{ plugin: plugin.id }}
          className="min-w-0 truncate text-base font-semibold hover:underline"
        >
          {plugin.name}
        </Link>
        <span className="text-xs text-faint">{plugin.version}</span>
      </div>
      <p className="text-sm text-muted">{plugin.description}</p>
      <div className="flex flex-wrap gap-1">
        {plugin.interfaces.map((each) => (
          <Badge key={each}>{t.plugins.kinds[each] ?? each}</Badge>
        ))}
      </div>
      <div className="mt-auto flex items-center justify-between pt-2">
        <span className="text-xs text-muted">{count > 0 && t.plugins.connections(count)}</span>
        {may("manage_connections") && (
          <Link
            to="/connections/new/$plugin"
            params={{ plugin: plugin.id }}
            aria-label={t.create.title(plugin.name)}
            className={buttonClass("secondary", "sm")}
          >
            {t.plugins.connect}
          </Link>
        )}
      </div>
    </Card>
  );
}
