/** One plugin: what it may do, its versions, and what the tenant gives all its connections. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Badge, buttonClass, Card, ErrorState, Page, Section, SkeletonRows, TabPanel, Tabs } from "@/ui";
import { BackLink } from "./back-link";
import { Capabilities } from "./capabilities";
import { PluginDefaults } from "./plugin-defaults";
import { PluginVersions } from "./plugin-versions";
import { pluginQuery } from "./queries";
import { useText } from "./text";

export function PluginPage() {
  const t = useText();
  const may = useMay();
  const { plugin: id } = useParams({ from: "/app/connections/plugins/$plugin" });
  const [{ part = "about" }, change] = useSearchState<{ part?: string }>();
  const { data: plugin, error, isPending, refetch } = useQuery(pluginQuery(id));
  const back = <BackLink to="/connections/plugins" label={t.plugins.back} />;
  if (!plugin) {
    return (
      <Page title={id} back={back}>
        {isPending ? <SkeletonRows /> : <ErrorState error={error} retry={refetch} />}
      </Page>
    );
  }
  const items = [
    { value: "about", label: t.plugins.tabs.about },
    ...(may("manage_connections") ? [{ value: "defaults", label: t.plugins.tabs.defaults }] : []),
  ];
  return (
    <Page
      title={plugin.name}
      description={plugin.description}
      back={back}
      actions={
        may("manage_connections") && (
          <Link to="/connections/new/$plugin" params={{ plugin: id }} className={buttonClass("primary")}>
            {t.plugins.connect}
          </Link>
        )
      }
    >
      <Tabs label={plugin.name} value={part} onValueChange={(next) => change({ part: next })} items={items}>
        <TabPanel value="about" className="grid gap-x-8 pt-4 lg:grid-cols-2">
          <Section title={t.plugins.may} actions={<Badge>{t.version.current(plugin.version)}</Badge>}>
            <Card className="p-4">
              <Capabilities capabilities={plugin.capabilities} />
            </Card>
          </Section>
          <Section title={t.plugins.versions}>
            <PluginVersions plugin={plugin} />
          </Section>
        </TabPanel>
        <TabPanel value="defaults" className="max-w-2xl pt-4">
          <PluginDefaults plugin={id} />
        </TabPanel>
      </Tabs>
    </Page>
  );
}
