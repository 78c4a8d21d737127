import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { toast } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { useThread } from "./use-thread";

const HIGHLIGHT_MS = 3_000;

interface Target {
  /** The message that was led to a moment ago. */
  highlighted: string | undefined;
  /** Whether it is still being looked for. */
  searching: boolean;
  lead: (messageId: string) => void;
}

/** Leads to the message that the address names: reads older ones until it is there, and shows it then. */
export function useTarget(
  { detail, entries, older }: ReturnType<typeof useThread>,
  show: (index: number) => void,
): Target {
  const t = useConversationText();
  const { message: wanted } = useSearch({ from: "/app/inbox/$conversationId" });
  const navigate = useNavigate({ from: "/inbox/$conversationId" });
  const [highlighted, setHighlighted] = useState<string>();
  const lead = (message: string | undefined) =>
    void navigate({ to: ".", search: (old) => ({ ...old, message }), replace: true });

  const index = wanted === undefined ? -1 : entries.findIndex((entry) => entry.key === wanted);
  const { hasNextPage, fetchStatus, isFetchNextPageError, fetchNextPage } = older;
  const settled = entries.length > 0 && fetchStatus === "idle" && detail.fetchStatus !== "fetching";
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes on when the search does, not with each drawing.
  useEffect(() => {
    if (wanted === undefined) return;
    if (index >= 0) {
      show(index);
      setHighlighted(wanted);
      lead(undefined);
    } else if (settled && hasNextPage) {
      if (!isFetchNextPageError) void fetchNextPage({ cancelRefetch: false });
    } else if (settled) {
      toast({ title: t.messageNotFound, tone: "danger" });
      lead(undefined);
    }
  }, [wanted, index, settled, hasNextPage, isFetchNextPageError]);

  useEffect(() => {
    if (highlighted === undefined) return;
    const timer = setTimeout(() => setHighlighted(undefined), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [highlighted]);
  return { highlighted, searching: wanted !== undefined, lead };
}
