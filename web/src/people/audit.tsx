/** Who administered what. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { useSearchState } from "@/search-state";
import {
  Button,
  Card,
  Chips,
  Combobox,
  EmptyState,
  ErrorState,
  Field,
  Input,
  LoadMore,
  Page,
  SkeletonRows,
  toastError,
} from "@/ui";
import { AuditDrawer } from "./audit-drawer";
import { AuditTable } from "./audit-table";
import { exportAudit } from "./export-audit";
import { type AuditFilter, auditQuery, usersQuery } from "./queries";
import { useText } from "./text";

export function AuditPage() {
  const t = useText();
  const [{ entry, ...days }, change] = useSearchState<AuditFilter & { entry?: string }>();
  const filter = inTime(days);
  const entries = useInfiniteQuery(auditQuery(filter));
  const rows = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const opened = rows.find(({ id }) => id === entry);
  return (
    <Page title={t.sections.audit} description={t.audit.description} actions={<Export filter={filter} />}>
      <Card>
        <Filters filter={days} onFilter={change} />
        {entries.isPending ? (
          <SkeletonRows />
        ) : !entries.data ? (
          <ErrorState error={entries.error} retry={entries.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<ScrollText />} title={t.audit.empty}>
            {t.audit.emptyHint}
          </EmptyState>
        ) : (
          <AuditTable entries={rows} onOpen={(id) => change({ entry: id })} />
        )}
        <LoadMore {...entries} />
      </Card>
      {opened && (
        <AuditDrawer
          entry={opened}
          onClose={() => change({ entry: undefined })}
          onOnly={() =>
            change({ entry: undefined, target_kind: opened.target_kind, target_id: opened.target_id ?? undefined })
          }
        />
      )}
    </Page>
  );
}

/** Days in the reader's time zone, as moments: from the beginning of the first to the end of the last. */
function inTime({ from, until, ...rest }: AuditFilter): AuditFilter {
  const moment = (day: string | undefined, time: string) => {
    const at = new Date(`${day}T${time}`);
    return day && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
  };
  return { ...rest, from: moment(from, "00:00:00.000"), until: moment(until, "23:59:59.999") };
}

interface FiltersProps {
  filter: AuditFilter;
  onFilter: (change: Partial<AuditFilter>) => void;
}

function Filters({ filter, onFilter }: FiltersProps) {
  const t = useText();
  const { data: users = [] } = useQuery(usersQuery);
  return (
    <div className="flex flex-wrap items-end gap-2 border-b border-line p-3">
      <div className="w-48">
        <Field label={t.audit.who}>
          <Combobox
            label={t.audit.who}
            placeholder={t.audit.anyone}
            none={t.audit.anyone}
            value={filter.user_id ?? null}
            onValueChange={(id) => onFilter({ user_id: id ?? undefined })}
            options={users.map(({ id, name, email }) => ({ value: id, label: name, hint: email }))}
          />
        </Field>
      </div>
      <div className="w-44">
        <Field label={t.audit.target}>
          <Combobox
            label={t.audit.target}
            placeholder={t.audit.anything}
            none={t.audit.anything}
            value={filter.target_kind ?? null}
            onValueChange={(kind) => onFilter({ target_kind: kind ?? undefined, target_id: undefined })}
            options={Object.entries(t.audit.kinds).map(([value, label]) => ({ value, label }))}
          />
        </Field>
      </div>
      <Field label={t.audit.from}>
        <Input type="date" value={filter.from ?? ""} onChange={(event) => onFilter({ from: event.target.value })} />
      </Field>
      <Field label={t.audit.until}>
        <Input type="date" value={filter.until ?? ""} onChange={(event) => onFilter({ until: event.target.value })} />
      </Field>
      {filter.target_id && (
        <div className="pb-1">
          <Chips
            items={[{ value: filter.target_id, label: t.audit.oneTarget }]}
            onRemove={() => onFilter({ target_id: undefined })}
          />
        </div>
      )}
    </div>
  );
}

function Export({ filter }: { filter: AuditFilter }) {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    await exportAudit(filter).catch(toastError);
    setBusy(false);
  };
  return (
    <Button icon={<Download />} busy={busy} onClick={() => void run()}>
      {t.audit.csv}
    </Button>
  );
}
