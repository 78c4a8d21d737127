import { useQuery } from "@tanstack/react-query";
import { Card, RelativeTime } from "@/ui";
import { HealthPanel } from "./health-panel";
import { OauthPanel } from "./oauth-panel";
import { type Connection, type Plugin, versionQuery } from "./queries";
import { TestPanel } from "./test-panel";
import { useText } from "./text";
import { VersionPanel } from "./version-panel";
import { WebhookPanel } from "./webhook-panel";

/** How a connection is, and what can be done about it. */
export function Overview({ connection }: { connection: Connection }) {
  const plugin = useQuery(versionQuery(connection.plugin_id, connection.plugin_version));
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-4">
        <HealthPanel connection={connection.id} />
        {plugin.data?.interfaces.includes("admin") && <TestPanel connection={connection.id} />}
        {plugin.data && hasOauth(plugin.data) && <OauthPanel connection={connection.id} />}
      </div>
      <div className="flex flex-col gap-4">
        {plugin.data?.has_webhook && <WebhookPanel connection={connection} plugin={plugin.data} />}
        <VersionPanel connection={connection} />
        <Facts connection={connection} />
      </div>
    </div>
  );
}

/** Access by OAuth is a part of a plugin's manifest, and people have agreed to it. */
function hasOauth(plugin: Plugin): boolean {
  return plugin.capabilities.some((each) => each.kind === "section" && each.name === "oauth");
}

function Facts({ connection }: { connection: Connection }) {
  const t = useText();
  return (
    <Card className="p-4">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {connection.accounts.length > 0 && (
          <>
            <dt className="text-muted">{t.page.accounts}</dt>
            <dd className="font-mono break-all">{connection.accounts.join(", ")}</dd>
          </>
        )}
        <dt className="text-muted">{t.page.created}</dt>
        <dd>
          <RelativeTime at={connection.created_at} />
        </dd>
      </dl>
    </Card>
  );
}
