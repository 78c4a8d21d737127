/** What rules decided, the newest first: in all conversations, or in one, or of one rule. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useSearchState } from "@/search-state";
import { Card, Chips, Combobox, EmptyState, ErrorState, LoadMore, Page, SkeletonRows } from "@/ui";
import { type RunFilter, rulesQuery, runsQuery } from "./queries";
import { RunDrawer } from "./run-drawer";
import { RunsTable } from "./runs-table";
import { RulesTabs } from "./tabs";
import { useText } from "./text";

export function RunsPage() {
  const t = useText();
  const [{ run, ...filter }, change] = useSearchState<RunFilter & { run?: string }>();
  const rules = useQuery(rulesQuery);
  const runs = useInfiniteQuery(runsQuery(filter));
  const rows = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const opened = rows.find(({ id }) => id === run);
  const isFiltered = Boolean(filter.rule_id ?? filter.conversation_id);
  return (
    <Page title={t.title} description={t.run.description} bar={<RulesTabs value="runs" />}>
      <Card>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <div className="w-64">
            <Combobox
              label={t.run.rule}
              placeholder={t.run.anyRule}
              none={t.run.anyRule}
              value={filter.rule_id ?? null}
              onValueChange={(id) => change({ rule_id: id ?? undefined })}
              options={(rules.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            />
          </div>
          {filter.conversation_id && (
            <Chips
              items={[{ value: filter.conversation_id, label: t.run.inConversation }]}
              onRemove={() => change({ conversation_id: undefined })}
            />
          )}
        </div>
        {runs.isPending ? (
          <SkeletonRows />
        ) : !runs.data ? (
          <ErrorState error={runs.error} retry={runs.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<History />} title={isFiltered ? t.run.noneFiltered : t.run.none}>
            {t.run.noneHint}
          </EmptyState>
        ) : (
          <RunsTable runs={rows} onOpen={(id) => change({ run: id })} />
        )}
        <LoadMore {...runs} />
      </Card>
      {opened && <RunDrawer run={opened} onClose={() => change({ run: undefined })} />}
    </Page>
  );
}
