import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api";
import { Avatar, Tooltip } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { presenceQuery } from "../queries";
import { useViewers } from "./viewers";

/** Who else has this conversation open, so that two do not answer at once. */
export function Watchers({ conversationId }: { conversationId: string }) {
  const t = useConversationText();
  const { user } = useMe();
  const nameOf = useNameOf();
  const viewers = useViewers(conversationId);
  const present = useQuery(presenceQuery).data ?? [];
  const elsewhere = present
    .filter((one) => one.current_conversation_id === conversationId && one.status === "online")
    .map((one) => one.user_id);
  const others = [...new Set([...viewers, ...elsewhere])].filter((id) => id !== user.id);
  if (others.length === 0) return null;
  const names = others.map((id) => nameOf(id)).join(", ");
  return (
    <Tooltip content={t.alsoHere(names)}>
      <span role="img" aria-label={t.alsoHere(names)} className="flex -space-x-1.5">
        {others.slice(0, 3).map((id) => (
          <span key={id} className="rounded-full border-2 border-surface">
            <Avatar name={nameOf(id)} size="sm" />
          </span>
        ))}
      </span>
    </Tooltip>
  );
}
