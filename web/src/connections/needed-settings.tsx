import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api";
import { type JsonObject, type Save, type Schema, SettingsForm, type ShownSecret } from "@/settings-form";
import { ErrorNote, SkeletonRows } from "@/ui";
import { fieldErrors } from "./changes";
import { together } from "./joined-schema";
import { type Connection, defaultsQuery, endpointQuery, settingsQuery, versionQuery } from "./queries";
import { useText } from "./text";

type Upgrade = components["schemas"]["UpgradeConnection"];

interface Props {
  connection: Connection;
  to: string;
  needsEndpoint: boolean;
  upgrade: (more: Partial<Upgrade>) => Promise<unknown>;
  onDirtyChange: (isDirty: boolean) => void;
}

/** What a version needs of a connection that it does not have yet. */
export function NeededSettings({ connection, to, needsEndpoint, upgrade, onDirtyChange }: Props) {
  const t = useText();
  const plugin = useQuery(versionQuery(connection.plugin_id, to));
  // A form keeps what it began with: it begins with what holds now.
  const settings = useQuery({ ...settingsQuery(connection.id), refetchOnMount: "always" });
  const defaults = useQuery(defaultsQuery(connection.plugin_id));
  const endpoint = useQuery({ ...endpointQuery(connection.endpoint_id), enabled: needsEndpoint });
  const error = plugin.error ?? settings.error ?? defaults.error ?? endpoint.error;
  if (error) return <ErrorNote error={error} />;
  if (
    !plugin.data ||
    !settings.isFetchedAfterMount ||
    !settings.data ||
    !defaults.data ||
    (needsEndpoint && !endpoint.data)
  ) {
    return <SkeletonRows rows={2} />;
  }
  const schema = plugin.data.settings_schema as Schema;
  const endpointSchema = plugin.data.endpoint_schema as Schema;
  const form = together(schema, endpointSchema, defaults.data.value.settings as JsonObject, needsEndpoint, {
    settings: t.create.account,
    endpoint: t.create.endpointSettings,
    endpointHint: "",
  });
  const { value } = settings.data;
  const values: JsonObject = { settings: known(schema, value.values as JsonObject) };
  if (endpoint.data) values.endpoint_settings = known(endpointSchema, endpoint.data.value.settings as JsonObject);
  const save: Save = async (change) => {
    try {
      await upgrade(form.parts(change));
      return [];
    } catch (failure) {
      return fieldErrors(failure, "");
    }
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm font-medium">{t.version.needed}</p>
      <SettingsForm
        key={to}
        schema={form.schema}
        values={values}
        origins={origins(value.origins as Record<string, "own" | "tenant" | "default">)}
        tenant={form.values}
        secrets={{
          ...prefixed("settings", value.secrets),
          ...prefixed("endpoint_settings", endpoint.data?.value.secrets ?? {}),
        }}
        isNew
        saveLabel={t.version.upgrade(to)}
        onSave={save}
        onDirtyChange={onDirtyChange}
      />
    </div>
  );
}

/** What a version no longer has is dropped. */
function known(schema: Schema, settings: JsonObject): JsonObject {
  const entries = Object.entries(settings).filter(([name]) => Object.hasOwn(schema.properties ?? {}, name));
  return Object.fromEntries(entries);
}

function prefixed(group: string, secrets: Record<string, ShownSecret>): Record<string, ShownSecret> {
  return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [`${group}.${name}`, secret]));
}

function origins<Origin>(own: Record<string, Origin>): Record<string, Origin> {
  return Object.fromEntries(Object.entries(own).map(([pointer, origin]) => [`/settings${pointer}`, origin]));
}
