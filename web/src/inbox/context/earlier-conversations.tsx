import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Badge, RelativeTime, SkeletonRows } from "@/ui";
import { useChannelName } from "../channels";
import { useConversationText } from "../conversation-text";
import { STATUS_TONES } from "../marks";
import { overviewQuery } from "../queries";
import { Block, NotLoaded } from "./block";

/** What else was talked about with this customer. */
export function EarlierConversations({ contactId, currentId }: { contactId: string; currentId: string }) {
  const t = useConversationText();
  const channelName = useChannelName();
  const overview = useQuery(overviewQuery(contactId));
  if (overview.isPending) return <SkeletonRows rows={3} />;
  const others = overview.data?.conversations.filter(({ id }) => id !== currentId) ?? [];
  return (
    <Block title={t.earlier}>
      {overview.isLoadingError && <NotLoaded query={overview} />}
      {overview.data && others.length === 0 && <p className="text-sm text-muted">{t.noEarlier}</p>}
      <ul className="flex flex-col gap-1">
        {others.map(({ id, status, channel, last_message, updated_at }) => (
          <li key={id}>
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId: id }}
              search={(old) => old}
              className="block rounded-md px-2 py-1.5 text-sm hover:bg-hover"
            >
              <span className="flex items-center gap-2">
                <span className="min-w-0 flex-1 truncate">{last_message?.preview ?? t.noMessages}</span>
                <Badge tone={STATUS_TONES[status]}>{t.statuses[status]}</Badge>
              </span>
              <span className="text-xs text-muted">
                {channel && `${channelName(channel)} · `}
                <RelativeTime at={updated_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Block>
  );
}
