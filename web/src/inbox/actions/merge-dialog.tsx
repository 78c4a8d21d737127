import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState, ErrorState, RelativeTime, SkeletonRows } from "@/ui";
import { useChannelName } from "../channels";
import { useConversationText } from "../conversation-text";
import { overviewQuery } from "../queries";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";
import { useMerge } from "./mutations";

/** Into which of the contact's other conversations this one goes. */
export function MergeDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const navigate = useNavigate();
  const channelName = useChannelName();
  const { id, contact } = detail.conversation;
  const overview = useQuery({ ...overviewQuery(contact?.id ?? ""), enabled: contact !== null });
  const others = overview.data?.conversations.filter((other) => other.id !== id && !other.merged_into) ?? [];
  const [into, setInto] = useState<string>();
  const merge = useMerge(id, (target) => {
    onClose();
    void navigate({ to: "/inbox/$conversationId", params: { conversationId: target }, search: (old) => old });
  });
  return (
    <FormDialog
      title={t.merge}
      description={t.mergeHint}
      action={t.merge}
      busy={merge.isPending}
      disabled={!into}
      error={merge.error}
      onClose={onClose}
      onSubmit={() => into && merge.mutate(into)}
    >
      {overview.isPending && <SkeletonRows rows={3} />}
      {overview.isLoadingError && <ErrorState error={overview.error} retry={() => void overview.refetch()} />}
      {overview.data && others.length === 0 && <EmptyState title={t.nothingToMerge}>{t.nothingToMergeHint}</EmptyState>}
      <fieldset className="flex flex-col gap-1">
        <legend className="sr-only">{t.mergeInto}</legend>
        {others.map((other) => (
          <label key={other.id} className="flex items-start gap-2 rounded-md border border-line p-2 text-sm">
            <input
              type="radio"
              name="into"
              className="mt-1 accent-accent"
              checked={into === other.id}
              onChange={() => setInto(other.id)}
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate">{other.last_message?.preview ?? t.noMessages}</span>
              <span className="text-xs text-muted">
                {[other.channel && channelName(other.channel), t.statuses[other.status]].filter(Boolean).join(" · ")}
                {" · "}
                <RelativeTime at={other.updated_at} />
              </span>
            </span>
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}
