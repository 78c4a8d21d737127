import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { useTypists } from "./viewers";

/** Who is writing at the moment. */
export function Typing({ conversationId }: { conversationId: string }) {
  const t = useConversationText();
  const nameOf = useNameOf();
  const names = useTypists(conversationId).map((id) => nameOf(id));
  return (
    <p role="status" className="h-5 shrink-0 truncate px-5 text-xs text-muted">
      {names.length > 0 && t.typing(names)}
    </p>
  );
}
