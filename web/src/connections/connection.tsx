/** One connection: how it is, what it is set up with, what its provider posted, and what its plugin did. */

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { ErrorState, Page, SkeletonRows, TabPanel, Tabs } from "@/ui";
import { BackLink } from "./back-link";
import { CallsTab } from "./calls-tab";
import { ConnectionActions } from "./connection-actions";
import { DeliveryLog } from "./delivery-log";
import { Overview } from "./overview";
import { type Connection, connectionQuery, pluginsQuery } from "./queries";
import { SettingsTab } from "./settings-tab";
import { StatusBadge } from "./status-badge";
import { TemplatesTab } from "./templates-tab";
import { useText } from "./text";

export function ConnectionPage() {
  const t = useText();
  const { connection: id } = useParams({ from: "/app/connections/$connection" });
  const { data, error, isPending, refetch } = useQuery(connectionQuery(id));
  const plugins = useQuery(pluginsQuery);
  const back = <BackLink to="/connections" label={t.page.back} />;
  if (!data) {
    return (
      <Page title={t.title} back={back}>
        {isPending ? <SkeletonRows /> : <ErrorState error={error} retry={refetch} />}
      </Page>
    );
  }
  const connection = data.value;
  const plugin = plugins.data?.find(({ id }) => id === connection.plugin_id);
  return (
    <Page
      title={connection.name}
      description={
        <span className="flex flex-wrap items-center gap-2">
          <StatusBadge status={connection.status} />
          {`${plugin?.name ?? connection.plugin_id} ${connection.plugin_version}`}
        </span>
      }
      back={back}
      actions={<ConnectionActions connection={connection} tag={data.tag} />}
    >
      <Parts connection={connection} hasTemplates={plugin?.interfaces.includes("channel") ?? false} />
    </Page>
  );
}

function Parts({ connection, hasTemplates }: { connection: Connection; hasTemplates: boolean }) {
  const t = useText();
  const may = useMay();
  const [{ part = "overview" }, change] = useSearchState<{ part?: string }>();
  const { id } = connection;
  const items = [
    { value: "overview", label: t.page.tabs.overview },
    { value: "settings", label: t.page.tabs.settings },
    ...(may("replay_deliveries") ? [{ value: "deliveries", label: t.page.tabs.deliveries }] : []),
    ...(hasTemplates ? [{ value: "templates", label: t.page.tabs.templates }] : []),
    { value: "calls", label: t.page.tabs.calls },
  ];
  return (
    <Tabs label={connection.name} value={part} onValueChange={(next) => change({ part: next })} items={items}>
      <TabPanel value="overview" className="pt-4">
        <Overview connection={connection} />
      </TabPanel>
      <TabPanel value="settings" className="max-w-2xl pt-4">
        <SettingsTab connection={id} />
      </TabPanel>
      <TabPanel value="deliveries" className="pt-4">
        <DeliveryLog connection={id} />
      </TabPanel>
      <TabPanel value="templates" className="pt-4">
        <TemplatesTab connection={id} />
      </TabPanel>
      <TabPanel value="calls" className="pt-4">
        <CallsTab connection={id} />
      </TabPanel>
    </Tabs>
  );
}
