/** A conversation: heading, thread, composer, and what there is to know beside it. */

import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { isProblem, queryClient } from "@/api";
import { Drawer, EmptyState, ErrorState, SkeletonRows, useTitle } from "@/ui";
import { Composer } from "../composer/composer";
import { useConversationText } from "../conversation-text";
import { useTitleOf } from "../names";
import { NotRead } from "../not-read";
import { Typing } from "../presence/typing";
import { useWatching } from "../presence/use-watching";
import { useRoom } from "../presence/viewers";
import { goneQuery } from "../queries";
import type { ConversationDetail } from "../types";
import { Header } from "./header";
import { Thread } from "./thread";
import { useThread } from "./use-thread";
import { useWide } from "./use-wide";

const ContextPanel = lazy(() => import("../context/panel").then((module) => ({ default: module.ContextPanel })));

export function ConversationPane() {
  const { conversationId } = useParams({ from: "/app/inbox/$conversationId" });
  // Each conversation begins at its end, with its own draft.
  return <Pane key={conversationId} id={conversationId} />;
}

function Pane({ id }: { id: string }) {
  const t = useConversationText();
  const router = useRouter();
  const thread = useThread(id);
  const { detail } = thread;
  const { data: gone } = useQuery(goneQuery(id));
  // Whoever opens it once more may see it again.
  useEffect(() => () => queryClient.removeQueries({ queryKey: goneQuery(id).queryKey }), [id]);
  // It may be out of sight by now, though it was read before.
  if (gone || isProblem(detail.error, "not_found")) {
    return <EmptyState title={t.goneTitle}>{t.goneHint}</EmptyState>;
  }
  if (detail.data) {
    const { conversation } = detail.data;
    if (conversation.id !== id) {
      // It was merged: the server has led to where its messages are now.
      void router.navigate({
        to: "/inbox/$conversationId",
        params: { conversationId: conversation.id },
        search: (old) => old,
        replace: true,
      });
      return null;
    }
    return <Opened detail={detail.data} thread={thread} />;
  }
  if (detail.isError) return <ErrorState error={detail.error} retry={() => void detail.refetch()} />;
  return detail.fetchStatus === "paused" ? <NotRead /> : <SkeletonRows rows={8} />;
}

interface OpenedProps {
  detail: ConversationDetail;
  thread: ReturnType<typeof useThread>;
}

function Opened({ detail, thread }: OpenedProps) {
  const t = useConversationText();
  const { conversation } = detail;
  const title = useTitleOf(conversation);
  const wide = useWide();
  const [panel, setPanel] = useState<boolean>();
  const shown = panel ?? wide;
  useTitle(title);
  useWatching(conversation.id);
  useRoom(conversation.id);
  const context = (
    <Suspense fallback={<SkeletonRows rows={8} />}>
      <ContextPanel detail={detail} />
    </Suspense>
  );
  return (
    <div className="flex h-full min-w-0">
      <section aria-label={title} className="flex min-w-0 flex-1 flex-col">
        <Header detail={detail} panelShown={shown} onPanel={() => setPanel(!shown)} />
        <Thread conversation={conversation} thread={thread} />
        <Typing conversationId={conversation.id} />
        <Composer detail={detail} messages={thread.messages} />
      </section>
      {wide ? (
        shown && (
          <aside aria-label={t.details} className="w-80 shrink-0 overflow-y-auto border-l border-line">
            {context}
          </aside>
        )
      ) : (
        <Drawer open={shown} onOpenChange={setPanel} title={t.details} size="sm">
          <div className="-m-4">{context}</div>
        </Drawer>
      )}
    </div>
  );
}
