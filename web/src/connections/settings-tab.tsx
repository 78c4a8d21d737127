import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type components, queryClient, type Tagged } from "@/api";
import { type JsonObject, type Origin, type Schema, SettingsForm } from "@/settings-form";
import { ErrorState, SkeletonRows, toast } from "@/ui";
import { useUnsavedGuard } from "@/unsaved";
import { saveSettings } from "./changes";
import { Conflict } from "./conflict";
import { defaultsQuery, optionsOf, refreshConnections, settingsQuery, versionQuery } from "./queries";
import { useText } from "./text";
import { useGuardedSave } from "./use-guarded-save";

type Settings = components["schemas"]["ConnectionSettings"];

/** What a connection is set up with. */
export function SettingsTab({ connection }: { connection: string }) {
  // A form keeps what it began with: it begins with what holds now, not with what was kept before an upgrade, say.
  const settings = useQuery({ ...settingsQuery(connection), refetchOnMount: "always" });
  const plugin = settings.data?.value.plugin_id ?? "";
  const defaults = useQuery({
    ...defaultsQuery(plugin),
    enabled: settings.isSuccess,
    refetchOnMount: "always",
    staleTime: 0,
  });
  const [round, setRound] = useState(0);
  const error = settings.error ?? defaults.error;
  if (error) return <ErrorState error={error} retry={settings.refetch} />;
  const isFresh = settings.isFetchedAfterMount && defaults.isFetchedAfterMount;
  if (!isFresh || !settings.data || !defaults.data) return <SkeletonRows />;
  return (
    <Form
      key={round}
      connection={connection}
      first={settings.data}
      tenant={defaults.data.value.settings as JsonObject}
      again={() => setRound((before) => before + 1)}
    />
  );
}

interface FormProps {
  connection: string;
  first: Tagged<Settings>;
  tenant: JsonObject;
  again: () => void;
}

function Form({ connection, first, tenant, again }: FormProps) {
  const t = useText();
  const onDirtyChange = useUnsavedGuard();
  const [shown] = useState(first);
  const { value } = shown;
  const navigate = useNavigate();
  const plugin = useQuery(versionQuery(value.plugin_id, value.plugin_version));
  const canTest = plugin.data?.interfaces.includes("admin");
  const reload = () => queryClient.fetchQuery({ ...settingsQuery(connection), staleTime: 0 });
  const { save, conflict } = useGuardedSave({
    shown,
    latest: reload,
    content: (settings) => settings,
    send: async (change, over) => {
      await saveSettings(connection, change, over.tag);
      const run = () =>
        void navigate({
          to: "/connections/$connection",
          params: { connection },
          search: { part: "overview", test: "now" },
        });
      toast({ title: t.settings.saved, action: canTest ? { label: t.settings.test, run } : undefined });
    },
    prefix: "",
    saved: async () => {
      await reload();
      again();
      await refreshConnections();
    },
  });
  return (
    <SettingsForm
      schema={value.schema as Schema}
      values={value.values as JsonObject}
      origins={value.origins as Record<string, Origin>}
      tenant={tenant}
      secrets={value.secrets}
      options={optionsOf(connection)}
      onSave={save}
      onDirtyChange={onDirtyChange}
      notice={conflict && <Conflict {...conflict} />}
    />
  );
}
