import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type components, queryClient, type Tagged } from "@/api";
import { changeOf, effective, type JsonObject, merge, type Schema, SettingsForm } from "@/settings-form";
import { ErrorState, Section, SkeletonRows, toast } from "@/ui";
import { useUnsavedGuard } from "@/unsaved";
import { saveDefaults } from "./changes";
import { Conflict } from "./conflict";
import { defaultsQuery, refreshConnections } from "./queries";
import { useText } from "./text";
import { useGuardedSave } from "./use-guarded-save";

type Defaults = components["schemas"]["PluginDefaults"];

/** What a tenant gives all its connections of a plugin. */
export function PluginDefaults({ plugin }: { plugin: string }) {
  const t = useText();
  const { data, error, isFetchedAfterMount, refetch } = useQuery({
    ...defaultsQuery(plugin),
    refetchOnMount: "always",
  });
  const [round, setRound] = useState(0);
  // A form keeps what it began with: it begins with what holds now.
  if (!isFetchedAfterMount) return <SkeletonRows />;
  if (!data) return <ErrorState error={error} retry={refetch} />;
  return (
    <Section title={t.settings.defaults} description={t.settings.defaultsHint}>
      <Form key={round} plugin={plugin} first={data} again={() => setRound((before) => before + 1)} />
    </Section>
  );
}

function Form({ plugin, first, again }: { plugin: string; first: Tagged<Defaults>; again: () => void }) {
  const t = useText();
  const onDirtyChange = useUnsavedGuard();
  const [shown] = useState(first);
  const settings = shown.value.settings as JsonObject;
  const schema = shown.value.schema as Schema;
  const { save, conflict } = useGuardedSave({
    shown,
    latest: () => queryClient.fetchQuery({ ...defaultsQuery(plugin), staleTime: 0 }),
    content: ({ settings, schema }) => ({ settings, schema }),
    // All of them are sent: what others have changed meanwhile stays theirs.
    send: (wanted, over) => {
      const theirs = over.value.settings as JsonObject;
      const all = over === shown ? wanted : (merge(theirs, changeOf(settings, wanted)) as JsonObject);
      return saveDefaults(plugin, all, over.tag).then(() => toast({ title: t.settings.defaultsSaved }));
    },
    prefix: "/settings",
    saved: async () => {
      await queryClient.fetchQuery({ ...defaultsQuery(plugin), staleTime: 0 });
      again();
      await refreshConnections();
    },
  });
  return (
    <SettingsForm
      schema={withoutSecrets(schema)}
      values={settings}
      origins={{}}
      tenant={effective(schema, {}, {})}
      secrets={{}}
      shared
      noOptions="shared"
      onSave={save}
      onDirtyChange={onDirtyChange}
      notice={conflict && <Conflict {...conflict} />}
    />
  );
}

/** Secrets are each connection's own. */
function withoutSecrets(schema: Schema): Schema {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties)
    .filter(([, part]) => typeof part !== "object" || (!part["x-secret"] && !part.writeOnly))
    .map(([name, part]) => [name, typeof part === "object" ? withoutSecrets(part) : part]);
  return { ...schema, properties: Object.fromEntries(properties) };
}
