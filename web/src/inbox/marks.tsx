/** What stands out about a conversation, in a few badges. */

import { AlarmClock, ArrowUp, Flame, Hash, Lock, MessageCircle, Ticket, User } from "lucide-react";
import { useFormat } from "@/i18n";
import { Avatar, Badge, type Tone } from "@/ui";
import { useChannelName } from "./channels";
import { useNameOf } from "./names";
import { useInboxText } from "./text";
import type { Conversation, ConversationStatus } from "./types";

export const STATUS_TONES: Record<ConversationStatus, Tone> = {
  new: "accent",
  queued: "accent",
  open: "success",
  in_progress: "success",
  pending: "warning",
  snoozed: "warning",
  resolved: "neutral",
  closed: "neutral",
  active: "neutral",
  archived: "neutral",
};

const KIND_ICONS = { support: MessageCircle, team_channel: Hash, direct_message: User, internal_ticket: Ticket };

export function ConversationMarks({ conversation, tags = 2 }: { conversation: Conversation; tags?: number }) {
  const t = useInboxText();
  const format = useFormat();
  const channelName = useChannelName();
  const { type, status, priority, channel, escalated_at, snoozed_until, is_private } = conversation;
  const Icon = KIND_ICONS[type];
  return (
    <>
      <Badge icon={<Icon aria-hidden />}>{channel ? channelName(channel) : t.types[type]}</Badge>
      {is_private && <Badge icon={<Lock aria-hidden />}>{t.private}</Badge>}
      {status !== "open" && status !== "active" && (
        <Badge
          tone={STATUS_TONES[status]}
          icon={status === "snoozed" ? <AlarmClock aria-hidden /> : undefined}
          title={snoozed_until ? t.until(format.dateTime(snoozed_until)) : undefined}
        >
          {t.statuses[status]}
        </Badge>
      )}
      {escalated_at && (
        <Badge tone="danger" icon={<Flame aria-hidden />}>
          {t.escalated}
        </Badge>
      )}
      {(priority === "high" || priority === "urgent") && (
        <Badge tone={priority === "urgent" ? "danger" : "warning"} icon={<ArrowUp aria-hidden />}>
          {t.priorities[priority]}
        </Badge>
      )}
      {conversation.tags.slice(0, tags).map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      {conversation.tags.length > tags && <Badge>{`+${conversation.tags.length - tags}`}</Badge>}
    </>
  );
}

/** Who has a conversation. */
export function AssigneeMark({ id }: { id: string }) {
  const t = useInboxText();
  const name = useNameOf()(id);
  return (
    <span title={t.assignedTo(name)} className="flex">
      <Avatar name={name} size="sm" />
      <span className="sr-only">{t.assignedTo(name)}</span>
    </span>
  );
}
