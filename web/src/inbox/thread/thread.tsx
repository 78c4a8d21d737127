/** The messages of a conversation, of which only what can be seen is in the page. It stays at its end unless somebody reads further up. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { cx, IconButton, Spinner } from "@/ui";
import { markRead } from "../actions/mutations";
import { useConversationText } from "../conversation-text";
import { MoreFailed } from "../more-failed";
import type { Conversation } from "../types";
import { Announcer } from "./announcer";
import { ThreadEntry } from "./entry";
import { ThreadContext } from "./thread-context";
import { useRead } from "./use-read";
import { useTarget } from "./use-target";
import type { useThread } from "./use-thread";

interface ThreadProps {
  conversation: Conversation;
  thread: ReturnType<typeof useThread>;
}

/** Nearer to the end than this, new messages come into view by themselves. */
const NEAR_END = 120;
/** Older messages are fetched when so few are left above. */
const AHEAD = 8;

export function Thread({ conversation, thread }: ThreadProps) {
  const t = useConversationText();
  const scroller = useRef<HTMLDivElement>(null);
  const { entries, messages, older, happened } = thread;
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (entries[index]?.kind === "message" ? 72 : 36),
    getItemKey: (index) => entries[index]?.key ?? index,
    overscan: 24,
    paddingStart: 16,
    paddingEnd: 16,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
  });
  const [atEnd, setAtEnd] = useState(true);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current || entries.length === 0) return;
    opened.current = true;
    virtualizer.scrollToEnd();
  });
  useRead(conversation, messages, atEnd, markRead);

  const shown = virtualizer.getVirtualItems();
  const firstShown = shown[0]?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = older;
  // After a failure the person asks for more: by itself it would be asked for without end.
  const mayGoOn = hasNextPage && older.fetchStatus === "idle" && !isFetchNextPageError;
  useEffect(() => {
    if (opened.current && firstShown < AHEAD && mayGoOn) void fetchNextPage({ cancelRefetch: false });
  }, [firstShown, mayGoOn, fetchNextPage]);

  const target = useTarget(thread, (index) => {
    opened.current = true;
    virtualizer.scrollToIndex(index, { align: "center" });
  });
  return (
    <ThreadContext value={{ conversation, messages, find: target.lead }}>
      <div className="relative min-h-0 flex-1">
        <Announcer messages={messages} />
        <div
          ref={scroller}
          onScroll={() => setAtEnd(virtualizer.isAtEnd(NEAR_END))}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with keys.
          tabIndex={0}
          role="log"
          // Its parts come and go as one scrolls.
          aria-live="off"
          aria-label={t.messages}
          className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
        >
          {(isFetchingNextPage || target.searching) && (
            <div className="absolute inset-x-0 top-2 z-10 flex justify-center text-muted">
              <Spinner />
            </div>
          )}
          {(isFetchNextPageError || happened.isError) && (
            <div className="absolute inset-x-0 top-0 z-10 bg-raised">
              <MoreFailed retry={() => void (isFetchNextPageError ? fetchNextPage() : retryEvents(happened))} />
            </div>
          )}
          <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
            {shown.map((item) => {
              const entry = entries[item.index];
              return (
                entry && (
                  <div
                    key={item.key}
                    ref={virtualizer.measureElement}
                    data-index={item.index}
                    className={cx(
                      "absolute inset-x-0 top-0 px-3 motion-safe:transition-colors md:px-5",
                      entry.key === target.highlighted && "bg-selected",
                    )}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <ThreadEntry entry={entry} />
                  </div>
                )
              );
            })}
          </div>
        </div>
        {!atEnd && (
          <div className="absolute right-4 bottom-3 rounded-md bg-raised shadow-lift">
            <IconButton
              label={t.toLatest}
              icon={<ArrowDown />}
              variant="secondary"
              onClick={() => virtualizer.scrollToEnd({ behavior: "smooth" })}
            />
          </div>
        )}
      </div>
    </ThreadContext>
  );
}

/** What happened between the messages: the rest of it, or all of it. */
function retryEvents({ isFetchNextPageError, fetchNextPage, refetch }: ThreadProps["thread"]["happened"]) {
  return isFetchNextPageError ? fetchNextPage() : refetch();
}
