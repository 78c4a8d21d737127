/** Everything that holds jobs back, and a way to hold back more. */

import { useQuery } from "@tanstack/react-query";
import { CirclePause, Pause } from "lucide-react";
import { useState } from "react";
import { Button, Card, Combobox, EmptyState, ErrorState, Field, Popover, Section, Select, SkeletonRows } from "@/ui";
import type { Scope } from "./changes";
import { useConnections } from "./connections";
import { HoldsTable } from "./holds-table";
import { holdsQuery, LANES } from "./queries";
import { useText } from "./text";
import { usePause } from "./use-pause";

export function Holds() {
  const t = useText();
  const holds = useQuery(holdsQuery);
  if (holds.isPending) {
    return <SkeletonRows />;
  }
  if (!holds.data) {
    return <ErrorState error={holds.error} retry={holds.refetch} />;
  }
  return (
    <Section title={t.holds.title} description={t.holds.description} actions={<PauseSomething />}>
      <Card>
        {holds.data.length > 0 ? (
          <HoldsTable holds={holds.data} />
        ) : (
          <EmptyState icon={<CirclePause />} title={t.holds.none}>
            {t.holds.noneHint}
          </EmptyState>
        )}
      </Card>
    </Section>
  );
}

function PauseSomething() {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      align="end"
      label={t.holds.add}
      open={open}
      onOpenChange={setOpen}
      className="w-80 p-3"
      trigger={
        <Button variant="primary" icon={<Pause />}>
          {t.holds.add}
        </Button>
      }
    >
      <PauseForm onDone={() => setOpen(false)} />
    </Popover>
  );
}

function PauseForm({ onDone }: { onDone: () => void }) {
  const t = useText();
  const { pause } = usePause();
  const connections = useConnections();
  const [what, setWhat] = useState("all");
  const [lane, setLane] = useState("bulk");
  const [kind, setKind] = useState<string | null>(null);
  const [connection, setConnection] = useState<string | null>(null);
  const scope = scopeOf(what, { lane, kind, connection });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (scope) {
          onDone();
          void pause(scope);
        }
      }}
    >
      <Field label={t.holds.addHint}>
        <Select
          value={what}
          onValueChange={setWhat}
          options={[
            { value: "all", label: t.holds.allJobs },
            { value: "lane", label: t.lane },
            { value: "kind", label: t.kind },
            { value: "connection", label: t.holds.connection, disabled: connections.size === 0 },
          ]}
        />
      </Field>
      {what === "lane" && (
        <Field label={t.lane} hint={t.laneMeaning[lane]}>
          <Select value={lane} onValueChange={setLane} options={LANES.map((value) => ({ value, label: value }))} />
        </Field>
      )}
      {what === "kind" && (
        <Field label={t.kind}>
          <Combobox
            label={t.kind}
            value={kind}
            onValueChange={setKind}
            options={Object.entries(t.kindMeaning).map(([value, hint]) => ({ value, label: value, hint }))}
          />
        </Field>
      )}
      {what === "connection" && (
        <Field label={t.holds.connection}>
          <Combobox
            label={t.holds.connection}
            value={connection}
            onValueChange={setConnection}
            options={[...connections.values()].map(({ id, name, plugin_id }) => ({
              value: id,
              label: name,
              hint: plugin_id,
            }))}
          />
        </Field>
      )}
      <Button type="submit" variant="primary" disabled={!scope}>
        {t.pause.pause}
      </Button>
    </form>
  );
}

interface Chosen {
  lane: string;
  kind: string | null;
  connection: string | null;
}

/** Undefined until everything is chosen. */
function scopeOf(what: string, { lane, kind, connection }: Chosen): Scope | undefined {
  switch (what) {
    case "lane":
      return { lane };
    case "kind":
      return kind ? { kind } : undefined;
    case "connection":
      return connection ? { connection } : undefined;
    default:
      return { all: true };
  }
}
