/** Which jobs are shown. All of it stands in the address. */

import { Search, X } from "lucide-react";
import { useState } from "react";
import { Button, Combobox, Input, Select } from "@/ui";
import { useConnections } from "./connections";
import { type JobFilter, LANES, STATES } from "./queries";
import { useText } from "./text";

interface Props {
  filter: JobFilter;
  onFilter: (change: Partial<JobFilter>) => void;
  /** Opens the job with this number. */
  onOpen: (id: number) => void;
  /** Dead letters have no state. */
  withState?: boolean;
}

export function JobFilters({ filter, onFilter, onOpen, withState = false }: Props) {
  const t = useText();
  const connections = useConnections();
  const kinds = Object.entries(t.kindMeaning).map(([value, hint]) => ({ value, label: value, hint }));
  // What was typed and not looked for goes as well.
  const [cleared, setCleared] = useState(0);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
      <KeyOrNumber key={cleared} filter={filter} onFilter={onFilter} onOpen={onOpen} />
      <Select
        className="w-36"
        aria-label={t.lane}
        value={filter.lane ?? ""}
        onValueChange={(lane) => onFilter({ lane })}
        placeholder={t.jobs.anyLane}
        options={LANES.map((value) => ({ value, label: value }))}
      />
      <div className="w-48">
        <Combobox
          label={t.kind}
          placeholder={t.jobs.anyKind}
          none={t.jobs.anyKind}
          value={filter.kind ?? null}
          onValueChange={(kind) => onFilter({ kind: kind ?? undefined })}
          options={kinds}
        />
      </div>
      {withState && (
        <Select
          className="w-36"
          aria-label={t.state}
          value={filter.state ?? ""}
          onValueChange={(state) => onFilter({ state })}
          placeholder={t.jobs.anyState}
          options={STATES.map((value) => ({ value, label: t.states[value] ?? value }))}
        />
      )}
      {connections.size > 0 && (
        <div className="w-48">
          <Combobox
            label={t.jobs.connection}
            placeholder={t.jobs.anyConnection}
            none={t.jobs.anyConnection}
            value={filter.connection_id ?? null}
            onValueChange={(id) => onFilter({ connection_id: id ?? undefined })}
            options={[...connections.values()].map(({ id, name, plugin_id }) => ({
              value: id,
              label: name,
              hint: plugin_id,
            }))}
          />
        </div>
      )}
      {isFiltered && (
        <Button
          variant="ghost"
          icon={<X />}
          onClick={() => {
            setCleared(cleared + 1);
            onFilter({ lane: undefined, kind: undefined, state: undefined, key: undefined, connection_id: undefined });
          }}
        >
          {t.jobs.clear}
        </Button>
      )}
    </div>
  );
}

/** A number opens the job; anything else is a key, whose jobs are listed. */
function KeyOrNumber({ filter, onFilter, onOpen }: Props) {
  const t = useText();
  const [written, setWritten] = useState(filter.key ?? "");
  const label = `${t.jobs.id} / ${t.jobs.key}`;
  return (
    <form
      className="w-56"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = written.trim();
        if (/^\d+$/.test(wanted)) {
          onOpen(Number(wanted));
        } else {
          onFilter({ key: wanted || undefined });
        }
      }}
    >
      <Input
        icon={<Search />}
        aria-label={label}
        placeholder={label}
        title={t.jobs.keyHint}
        value={written}
        onChange={(event) => {
          setWritten(event.target.value);
          if (!event.target.value && filter.key) onFilter({ key: undefined });
        }}
      />
    </form>
  );
}
