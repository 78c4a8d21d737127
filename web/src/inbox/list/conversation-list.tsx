/** The list, of which only what can be seen is in the page. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Inbox } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button, EmptyState, ErrorState, SkeletonRows, Spinner, useShortcut } from "@/ui";
import type { InboxSearch } from "../filters";
import { MoreFailed } from "../more-failed";
import { NotRead } from "../not-read";
import { conversationsQuery } from "../queries";
import { useInboxText } from "../text";
import { useInboxSearch } from "../use-search";
import { ConversationRow, ROW_HEIGHT } from "./conversation-row";

interface ConversationListProps {
  search: InboxSearch;
  selected: string | undefined;
  marked: ReadonlySet<string>;
  onMark: (marked: ReadonlySet<string>) => void;
}

export function ConversationList({ search, selected, marked, onMark }: ConversationListProps) {
  const t = useInboxText();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const query = useInfiniteQuery(conversationsQuery(search));
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  // After a failure the person asks for more: by itself it would be asked for without end.
  const mayGoOn = hasNextPage && query.fetchStatus === "idle" && !isFetchNextPageError;
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 6,
  });
  const shown = virtualizer.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - 10 && mayGoOn) void fetchNextPage();
  }, [lastShown, rows.length, mayGoOn, fetchNextPage]);

  const go = (step: number) => {
    const at = rows.findIndex((row) => row.id === selected);
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (!next) return;
    virtualizer.scrollToIndex(rows.indexOf(next));
    const params = { conversationId: next.id };
    void navigate({ to: "/inbox/$conversationId", params, search: (old) => ({ ...old, message: undefined }) });
  };
  const mark = (id: string) =>
    onMark(new Set(marked.has(id) ? [...marked].filter((one) => one !== id) : [...marked, id]));
  useShortcut("j", t.nextConversation, () => go(1), { group: t.inboxGroup });
  useShortcut("k", t.previousConversation, () => go(-1), { group: t.inboxGroup });
  useShortcut("x", t.markConversation, () => selected && mark(selected), { group: t.inboxGroup });

  if (query.isPending) return query.fetchStatus === "paused" ? <NotRead /> : <SkeletonRows rows={12} />;
  if (query.isError && rows.length === 0) {
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  }
  if (rows.length === 0) return <NothingHere search={search} />;
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      <ul aria-label={t.conversations} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {shown.map((item) => {
          const conversation = rows[item.index];
          return (
            conversation && (
              <li
                key={item.key}
                aria-setsize={hasNextPage ? -1 : rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)`, height: item.size }}
              >
                <ConversationRow
                  conversation={conversation}
                  selected={conversation.id === selected}
                  marked={marked.has(conversation.id)}
                  marking={marked.size > 0}
                  onMark={() => mark(conversation.id)}
                />
              </li>
            )
          );
        })}
      </ul>
      {isFetchingNextPage && (
        <div className="flex justify-center p-3 text-muted">
          <Spinner />
        </div>
      )}
      {isFetchNextPageError && <MoreFailed retry={() => void fetchNextPage()} />}
    </div>
  );
}

/** Why the list is empty, and what to do about it. */
function NothingHere({ search }: { search: InboxSearch }) {
  const t = useInboxText();
  const [, change] = useInboxSearch();
  const { tab: _tab, ...filters } = search;
  const filtered = Object.keys(filters).length > 0;
  const clear = Object.fromEntries(Object.keys(filters).map((key) => [key, undefined]));
  return (
    <EmptyState
      icon={<Inbox />}
      title={filtered ? t.nothingMatches : t.nothingYet[search.tab ?? "all"]}
      action={filtered && <Button onClick={() => change(clear)}>{t.clearFilters}</Button>}
    >
      {filtered ? t.nothingMatchesHint : t.nothingYetHint[search.tab ?? "all"]}
    </EmptyState>
  );
}
