import { Reply, X } from "lucide-react";
import { IconButton } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";

/** Which message is being answered. */
export function ReplyingTo({ message, onCancel }: { message: Message | undefined; onCancel: () => void }) {
  const t = useConversationText();
  return (
    <div className="mb-1.5 flex items-center gap-2 rounded-md border border-line bg-sunken px-2 py-1 text-sm">
      <Reply aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate">{t.replyingTo(message?.preview ?? t.olderMessage)}</span>
      <IconButton label={t.cancelReply} icon={<X />} size="sm" onClick={onCancel} />
    </div>
  );
}
