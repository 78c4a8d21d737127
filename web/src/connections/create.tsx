/** A new connection: its name, where its webhooks arrive, and the plugin's settings. */

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ProblemError } from "@/api";
import { type JsonObject, type Save, type Schema, SettingsForm } from "@/settings-form";
import { Checkbox, ErrorState, Field, Input, Page, SkeletonRows } from "@/ui";
import { useUnsavedGuard } from "@/unsaved";
import { BackLink } from "./back-link";
import { Capabilities } from "./capabilities";
import { type Created, create, idempotencyKey, wasRefused } from "./changes";
import { CreatedDialog } from "./created-dialog";
import { EndpointChoice } from "./endpoint-choice";
import { together } from "./joined-schema";
import { defaultsQuery, endpointsQuery, type Plugin, pluginQuery, refreshConnections } from "./queries";
import { useText } from "./text";

export function CreatePage() {
  const t = useText();
  const { plugin: id } = useParams({ from: "/app/connections/new/$plugin" });
  const plugin = useQuery(pluginQuery(id));
  const defaults = useQuery(defaultsQuery(id));
  const error = plugin.error ?? defaults.error;
  return (
    <Page
      title={t.create.title(plugin.data?.name ?? id)}
      description={plugin.data?.description}
      back={<BackLink to="/connections" label={t.page.back} />}
      width="narrow"
    >
      {error ? (
        <ErrorState error={error} retry={plugin.refetch} />
      ) : plugin.data && defaults.data ? (
        <NewConnection plugin={plugin.data} tenant={defaults.data.value.settings as JsonObject} />
      ) : (
        <SkeletonRows />
      )}
    </Page>
  );
}

function NewConnection({ plugin, tenant }: { plugin: Plugin; tenant: JsonObject }) {
  const t = useText();
  const onDirtyChange = useUnsavedGuard();
  const [name, setName] = useState(plugin.name);
  const [isNameMissing, setIsNameMissing] = useState(false);
  const [endpoint, setEndpoint] = useState<string>();
  const [created, setCreated] = useState<Created>();
  const [consent, setConsent] = useState<Consent>({ isGiven: false, isMissing: false });
  // One key for one connection, however often the button is pressed.
  const [key, setKey] = useState(idempotencyKey);
  const endpoints = useQuery(endpointsQuery);
  const shared = endpoints.data?.filter(({ plugin_id }) => plugin_id === plugin.id) ?? [];

  const form = useMemo(
    () =>
      together(plugin.settings_schema as Schema, plugin.endpoint_schema as Schema, tenant, endpoint === undefined, {
        settings: t.create.account,
        endpoint: t.create.endpointSettings,
        endpointHint: t.create.generated,
      }),
    [plugin, tenant, endpoint, t],
  );
  const save: Save = async (change) => {
    setIsNameMissing(name.trim() === "");
    setConsent((before) => ({ ...before, isMissing: !before.isGiven }));
    if (name.trim() === "" || !consent.isGiven) return "kept";
    try {
      // The version that was agreed to, whatever is installed meanwhile.
      const { id: plugin_id, version: plugin_version } = plugin;
      const body = { name: name.trim(), plugin_id, plugin_version, endpoint_id: endpoint, ...form.parts(change) };
      const made = await create(body, key);
      onDirtyChange(false);
      setCreated(made);
      await refreshConnections();
      return [];
    } catch (error) {
      // Where no answer came, the connection may be there: the same key finds it.
      if (wasRefused(error)) setKey(idempotencyKey());
      return form.errors(error instanceof ProblemError ? error : undefined) ?? Promise.reject(error);
    }
  };
  return (
    <>
      <div className="flex flex-col gap-4 pb-4">
        <Field
          label={t.create.name}
          hint={t.create.nameHint}
          error={isNameMissing ? t.create.nameMissing : undefined}
          required
        >
          <Input value={name} onChange={({ target }) => setName(target.value)} maxLength={200} />
        </Field>
        {plugin.has_webhook && shared.length > 0 && (
          <EndpointChoice endpoints={shared} value={endpoint} onValueChange={setEndpoint} />
        )}
      </div>
      <SettingsForm
        key={endpoint ?? "own"}
        schema={form.schema}
        values={form.values}
        origins={{}}
        tenant={form.values}
        secrets={{}}
        isNew
        noOptions="created"
        saveLabel={t.create.submit}
        onSave={save}
        onDirtyChange={onDirtyChange}
        notice={<ConsentTo plugin={plugin} consent={consent} onChange={setConsent} />}
      />
      {created && <CreatedDialog created={created} />}
    </>
  );
}

interface Consent {
  isGiven: boolean;
  isMissing: boolean;
}

interface ConsentProps {
  plugin: Plugin;
  consent: Consent;
  onChange: (consent: Consent) => void;
}

/** What the plugin may do for the connection, to be agreed to. */
function ConsentTo({ plugin, consent, onChange }: ConsentProps) {
  const t = useText();
  const { isGiven, isMissing } = consent;
  return (
    <section aria-label={t.plugins.may} className="flex flex-col gap-3 rounded-md border border-line px-4 py-3">
      <h2 className="text-sm font-semibold">{t.create.may(plugin.name, plugin.version)}</h2>
      <Capabilities capabilities={plugin.capabilities} />
      <Checkbox
        label={t.version.consent}
        checked={isGiven}
        required
        aria-invalid={isMissing || undefined}
        onCheckedChange={(isGiven) => onChange({ isGiven, isMissing: false })}
      />
      {isMissing && (
        <p role="alert" className="text-xs text-danger">
          {t.create.consentMissing}
        </p>
      )}
    </section>
  );
}
