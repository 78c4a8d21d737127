import { Link } from "@tanstack/react-router";
import { Avatar, Checkbox, CountBadge, cx, RelativeTime } from "@/ui";
import { AssigneeMark, ConversationMarks } from "../marks";
import { useTitleOf } from "../names";
import { useInboxText } from "../text";
import type { Conversation } from "../types";

/** The same for every row, so that the list knows its length without measuring. */
export const ROW_HEIGHT = 80;

interface ConversationRowProps {
  conversation: Conversation;
  selected: boolean;
  marked: boolean;
  /** Some are marked, so that boxes are shown everywhere. */
  marking: boolean;
  /** Without it, it cannot be marked. */
  onMark?: () => void;
}

export function ConversationRow({ conversation, selected, marked, marking, onMark }: ConversationRowProps) {
  const t = useInboxText();
  const title = useTitleOf(conversation);
  const { id, unread_count, last_message, updated_at, assignee_id } = conversation;
  const unread = unread_count > 0;
  return (
    <div
      className={cx(
        "group relative flex h-full gap-2.5 border-b border-line px-3 py-2",
        selected ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <div className="relative z-10 pt-0.5">
        <span className={cx(onMark && (marking ? "hidden" : "md:group-hover:hidden md:group-focus-within:hidden"))}>
          <Avatar name={title.replace("#", "")} />
        </span>
        {onMark && (
          <Checkbox
            hideLabel
            label={t.mark(title)}
            checked={marked}
            onCheckedChange={onMark}
            className={cx("size-8 items-center", !marking && "hidden md:group-hover:flex md:group-focus-within:flex")}
          />
        )}
      </div>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <Link
            to="/inbox/$conversationId"
            params={{ conversationId: id }}
            search={(old) => ({ ...old, message: undefined })}
            aria-current={selected ? "true" : undefined}
            className={cx(
              "min-w-0 flex-1 truncate text-sm after:absolute after:inset-0 focus-visible:outline-none",
              "focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent-ink",
              unread ? "font-semibold" : "font-medium",
            )}
          >
            {title}
          </Link>
          <RelativeTime short at={last_message?.at ?? updated_at} className="shrink-0 text-xs text-faint" />
        </div>
        <div className="flex items-center gap-2">
          <p className={cx("min-w-0 flex-1 truncate text-sm", unread ? "text-ink" : "text-muted")}>
            {last_message?.direction === "outbound" && <span className="text-faint">{`${t.sentByUs} `}</span>}
            {last_message?.preview ?? t.noMessages}
          </p>
          {unread && <CountBadge count={unread_count} label={t.unread} />}
        </div>
        <div className="mt-1 flex h-5 items-center gap-1 overflow-hidden">
          <ConversationMarks conversation={conversation} />
          <span className="flex-1" />
          {assignee_id && <AssigneeMark id={assignee_id} />}
        </div>
      </div>
    </div>
  );
}
