import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { useThreadParts } from "./thread-context";

/** What a message answers; a click leads there. */
export function Quote({ id }: { id: string }) {
  const t = useConversationText();
  const { messages, find } = useThreadParts();
  const nameOf = useNameOf();
  const quoted = messages.find((message) => message.id === id);
  const name = quoted?.sender.kind === "user" ? nameOf(quoted.sender.id) : undefined;
  return (
    <button
      type="button"
      onClick={() => find(id)}
      className="mb-1 block w-full border-l-2 border-accent pl-2 text-left text-xs text-muted"
    >
      {name && <span className="block font-medium">{name}</span>}
      <span className="line-clamp-2 break-words">{quoted?.preview ?? t.olderMessage}</span>
    </button>
  );
}
