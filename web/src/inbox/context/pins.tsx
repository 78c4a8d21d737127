import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok } from "@/api";
import { RelativeTime } from "@/ui";
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
  const pins = useQuery(pinsQuery(conversationId)).data ?? [];
  if (pins.length === 0) return null;
  return (
    <Block title={t.pinned}>
      <ul className="flex flex-col gap-2 text-sm">
        {pins.map((message) => (
          <li key={message.id} className="rounded-md border border-note-line bg-note px-2.5 py-1.5 text-note-ink">
            <p className="line-clamp-4 break-words whitespace-pre-wrap">{message.preview}</p>
            <p className="text-xs">
              {`${message.sender.kind === "user" ? nameOf(message.sender.id) : ""} `}
              <RelativeTime at={message.occurred_at} />
            </p>
          </li>
        ))}
      </ul>
    </Block>
  );
}
