import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type components, queryClient, type Tagged } from "@/api";
import { type JsonObject, type Schema, SettingsForm } from "@/settings-form";
import { Button, Dialog, toast } from "@/ui";
import { useGuardedClose } from "@/unsaved";
import { saveEndpoint } from "./changes";
import { Conflict } from "./conflict";
import { CopyLine } from "./copy-line";
import { Panel } from "./panel";
import { type Connection, endpointQuery, type Plugin } from "./queries";
import { useText } from "./text";
import { useGuardedSave } from "./use-guarded-save";

/** Where the provider posts, to be copied there; and the secrets by which its requests are known. */
export function WebhookPanel({ connection, plugin }: { connection: Connection; plugin: Plugin }) {
  const t = useText();
  const endpoint = useQuery({ ...endpointQuery(connection.endpoint_id), enabled: Boolean(connection.webhook_url) });
  const [isEditing, setIsEditing] = useState(false);
  const hasSettings = Object.keys((plugin.endpoint_schema as Schema).properties ?? {}).length > 0;
  const waiting = endpoint.data?.value.unrouted_deliveries ?? 0;
  return (
    <Panel
      title={t.webhook.title}
      actions={
        endpoint.data &&
        hasSettings && (
          <Button size="sm" aria-label={`${t.webhook.change}: ${t.webhook.secrets}`} onClick={() => setIsEditing(true)}>
            {t.webhook.change}
          </Button>
        )
      }
    >
      {connection.webhook_url ? (
        <CopyLine label={t.webhook.url} text={connection.webhook_url} copy={t.webhook.copy} />
      ) : (
        <p className="text-muted">{t.webhook.operator}</p>
      )}
      {waiting > 0 && <p className="text-warning">{t.webhook.unrouted(waiting)}</p>}
      {isEditing && endpoint.data && (
        <EndpointDialog
          endpoint={endpoint.data}
          schema={plugin.endpoint_schema as Schema}
          onDone={() => setIsEditing(false)}
        />
      )}
    </Panel>
  );
}

type Endpoint = Tagged<components["schemas"]["EndpointDetail"]>;

interface FormProps {
  endpoint: Endpoint;
  schema: Schema;
  onDone: () => void;
}

function EndpointDialog({ onDone, ...of }: FormProps) {
  const t = useText();
  const { onDirtyChange, onClose } = useGuardedClose(onDone);
  return (
    <Dialog open onOpenChange={onClose} title={t.webhook.edit}>
      <EndpointForm {...of} onDone={onDone} onDirtyChange={onDirtyChange} />
    </Dialog>
  );
}

function EndpointForm({
  endpoint,
  schema,
  onDone,
  onDirtyChange,
}: FormProps & { onDirtyChange: (isDirty: boolean) => void }) {
  const t = useText();
  const [shown] = useState(endpoint);
  const { id, settings, secrets } = shown.value;
  const query = endpointQuery(id);
  const { save, conflict } = useGuardedSave({
    shown,
    latest: () => queryClient.fetchQuery({ ...query, staleTime: 0 }),
    content: ({ settings, secrets }) => ({ settings, secrets }),
    send: (change, over) => saveEndpoint(id, change, over.tag).then(() => toast({ title: t.settings.saved })),
    prefix: "/settings",
    saved: async () => {
      await queryClient.invalidateQueries(query);
      onDone();
    },
  });
  return (
    <SettingsForm
      schema={schema}
      values={settings as JsonObject}
      origins={Object.fromEntries(Object.keys(settings).map((name) => [`/${name}`, "own" as const]))}
      tenant={{}}
      secrets={secrets}
      onSave={save}
      onDirtyChange={onDirtyChange}
      notice={conflict && <Conflict {...conflict} />}
    />
  );
}
