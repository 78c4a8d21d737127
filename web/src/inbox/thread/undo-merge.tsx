import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useMay } from "@/api";
import { Button } from "@/ui";
import { unmerge } from "../actions/mutations";
import { useConversationText } from "../conversation-text";
import { eventsQuery } from "../queries";
import type { Event } from "../types";
import { useThreadParts } from "./thread-context";

/** The way back beside a merge, for as long as nobody has gone it. */
export function UndoMerge({ event }: { event: Event }) {
  const t = useConversationText();
  const may = useMay();
  const { conversation } = useThreadParts();
  const events = useInfiniteQuery(eventsQuery(conversation.id)).data?.pages.flatMap((page) => page.items) ?? [];
  const { merge_id: merge, source_id: source } = event.data as { merge_id?: string; source_id?: string };
  const undo = useMutation({ mutationFn: (from: string) => unmerge(from) });
  const undone = events.some(
    ({ kind, data }) => kind === "conversation.unmerged" && (data as { merge_id?: string }).merge_id === merge,
  );
  if (!source || undone || !may("merge_conversations")) return null;
  return (
    <Button variant="ghost" size="sm" busy={undo.isPending} onClick={() => undo.mutate(source)}>
      {t.undoMerge}
    </Button>
  );
}
