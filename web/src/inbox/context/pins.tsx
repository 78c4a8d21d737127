import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, ok } from "@/api";
import { ErrorNote, RelativeTime } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { Block } from "./block";

function pinsQuery(id: string) {
  return queryOptions({
    queryKey: ["conversations", "pins", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/conversations/{id}/pins", { params: { path: { id } }, signal })),
  });
}

/** What somebody wanted to be found again. */
export function Pins({ conversationId }: { conversationId: string }) {
  const t = useConversationText();
  const nameOf = useNameOf();
  const asked = useQuery(pinsQuery(conversationId));
  const pins = asked.data ?? [];
  const failed = asked.isError && !asked.data;
  if (pins.length === 0 && !failed) return null;
  return (
    <Block title={t.pinned}>
      {failed && <ErrorNote error={asked.error} />}
      <ul className="flex flex-col gap-2 text-sm">
        {pins.map((message) => (
          <li key={message.id}>
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId }}
              search={(old) => ({ ...old, message: message.id })}
              className="block rounded-md border border-note-line bg-note px-2.5 py-1.5 text-note-ink"
            >
              <span className="line-clamp-4 break-words whitespace-pre-wrap">{message.preview}</span>
              <span className="block text-xs">
                {`${message.sender.kind === "user" ? nameOf(message.sender.id) : ""} `}
                <RelativeTime at={message.occurred_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Block>
  );
}
