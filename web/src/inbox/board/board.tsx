/** The queue in columns: who is new, who waits, what is being worked on, what sleeps and what is over. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { CountBadge, ErrorState, LoadMore, Page, RelativeTime, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import { AssigneeMark, ConversationMarks } from "../marks";
import { useTitleOf } from "../names";
import { QUEUE_STATES, type QueueState, queueQuery } from "../queries";
import type { Conversation } from "../types";

export function Board() {
  const t = useConversationText();
  const back = (
    <Link to="/inbox" aria-label={t.backToList} className="rounded-md p-1.5 text-muted hover:bg-hover">
      <ArrowLeft aria-hidden className="size-4" />
    </Link>
  );
  return (
    <Page title={t.queues} description={t.boardHint} back={back}>
      <div className="flex gap-3 overflow-x-auto pb-4">
        {QUEUE_STATES.map((state) => (
          <Column key={state} state={state} />
        ))}
      </div>
    </Page>
  );
}

function Column({ state }: { state: QueueState }) {
  const t = useConversationText();
  const query = useInfiniteQuery(queueQuery(state));
  const conversations = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <section aria-label={t.queueStates[state]} className="w-72 shrink-0 rounded-lg bg-sunken p-2">
      <h2 className="flex items-center gap-2 px-1 pb-2 text-sm font-semibold">
        {t.queueStates[state]}
        <CountBadge quiet count={total} />
      </h2>
      {query.isPending && <SkeletonRows rows={4} />}
      {query.isError && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && conversations.length === 0 && <p className="px-1 py-4 text-sm text-muted">{t.nobodyHere}</p>}
      <ul className="flex flex-col gap-2">
        {conversations.map((conversation) => (
          <BoardCard key={conversation.id} conversation={conversation} />
        ))}
      </ul>
      <LoadMore {...query} />
    </section>
  );
}

function BoardCard({ conversation }: { conversation: Conversation }) {
  const t = useConversationText();
  const title = useTitleOf(conversation);
  const { id, assignee_id, last_message, queued_at, updated_at } = conversation;
  return (
    <li className="relative rounded-md border border-line bg-surface p-2.5 hover:bg-hover">
      <p className="flex items-baseline gap-2">
        <Link
          to="/inbox/$conversationId"
          params={{ conversationId: id }}
          className="min-w-0 flex-1 truncate text-sm font-medium after:absolute after:inset-0"
        >
          {title}
        </Link>
        <RelativeTime short at={queued_at ?? updated_at} className="text-xs text-faint" />
      </p>
      <p className="truncate text-sm text-muted">{last_message?.preview ?? t.noMessages}</p>
      <div className="mt-1.5 flex flex-wrap items-center gap-1">
        <ConversationMarks conversation={conversation} />
        <span className="flex-1" />
        {assignee_id && <AssigneeMark id={assignee_id} />}
      </div>
    </li>
  );
}
