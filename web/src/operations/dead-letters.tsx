/** Jobs that were given up: why, and what becomes of them. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Play, Skull, Trash2 } from "lucide-react";
import { useState } from "react";
import { useSearchState } from "@/search-state";
import { Button, Card, EmptyState, ErrorState, LoadMore, SkeletonRows } from "@/ui";
import { DeadLetterDrawer } from "./dead-letter-drawer";
import { DeadLettersTable } from "./dead-letters-table";
import { JobFilters } from "./job-filters";
import { deadLettersQuery, type LetterFilter } from "./queries";
import { SelectionBar } from "./selection-bar";
import { useText } from "./text";
import { useDeadLetterChanges } from "./use-dead-letter-changes";
import { useSelection } from "./use-selection";

export function DeadLetters() {
  const t = useText();
  const [{ letter, ...filter }, change] = useSearchState<LetterFilter & { letter?: string }>();
  const letters = useInfiniteQuery(deadLettersQuery(filter));
  const rows = letters.data?.pages.flatMap((page) => page.items) ?? [];
  const selection = useSelection(rows.map(({ id }) => id));
  const changes = useDeadLetterChanges();
  const [busy, setBusy] = useState(false);
  const act = async (what: () => Promise<boolean>) => {
    setBusy(true);
    if (await what()) selection.clear();
    setBusy(false);
  };
  const { kind } = filter;
  const isNarrow = Boolean(filter.lane ?? filter.key ?? filter.connection_id);
  const open = (id: number) => change({ letter: String(id) });
  return (
    <>
      <p className="pb-3 text-sm text-muted">{t.dead.description}</p>
      <Card>
        <JobFilters filter={filter} onFilter={change} onOpen={open} />
        {rows.length > 1 && (
          <div className="flex flex-wrap justify-end gap-2 border-b border-line px-3 py-2">
            <Button size="sm" icon={<Play />} busy={busy} onClick={() => void act(() => changes.replayAll(filter))}>
              {isNarrow || kind ? t.dead.replayFound : t.dead.replayAll}
            </Button>
            <Button size="sm" icon={<Trash2 />} busy={busy} onClick={() => void act(() => changes.discardAll(filter))}>
              {isNarrow || kind ? t.dead.discardFound : t.dead.discardAll}
            </Button>
          </div>
        )}
        <SelectionBar selection={selection}>
          <Button
            size="sm"
            icon={<Play />}
            busy={busy}
            onClick={() => void act(() => changes.replay(selection.selected))}
          >
            {t.dead.replay}
          </Button>
          <Button
            size="sm"
            icon={<Trash2 />}
            busy={busy}
            onClick={() => void act(() => changes.discard(selection.selected))}
          >
            {t.dead.discard}
          </Button>
        </SelectionBar>
        {letters.isPending ? (
          <SkeletonRows />
        ) : !letters.data ? (
          <ErrorState error={letters.error} retry={letters.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<Skull />} title={kind ? t.dead.noneOfKind(kind) : isNarrow ? t.jobs.none : t.dead.none}>
            {t.dead.noneHint}
          </EmptyState>
        ) : (
          <DeadLettersTable letters={rows} selection={selection} onOpen={open} />
        )}
        <LoadMore {...letters} />
      </Card>
      {letter && /^\d+$/.test(letter) && (
        <DeadLetterDrawer key={letter} id={Number(letter)} onClose={() => change({ letter: undefined })} />
      )}
    </>
  );
}
