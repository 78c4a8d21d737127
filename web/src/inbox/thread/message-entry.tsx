/** One message: at the left what comes from outside, at the right what goes there, notes across in their own colour. */

import { Pin } from "lucide-react";
import { useMe } from "@/api";
import { useFormat } from "@/i18n";
import { Avatar, cx } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useNameOf, useTitleOf } from "../names";
import type { Message } from "../types";
import { MessageContent } from "./content";
import { Delivery } from "./delivery";
import { MessageActions } from "./message-actions";
import { Quote } from "./quote";
import { Reactions } from "./reactions";
import { Replies } from "./replies";
import { useThreadParts } from "./thread-context";
import { Undelivered } from "./undelivered";
import { WhyButton } from "./why";

export function MessageEntry({ message, first }: { message: Message; first: boolean }) {
  const t = useConversationText();
  const format = useFormat();
  const { conversation } = useThreadParts();
  const { user } = useMe();
  const { direction, sender, deleted_at, edited_at, pinned_at, occurred_at } = message;
  const own = direction === "outbound" || (direction === "internal" && sender.id === user.id);
  const note = direction === "internal" && conversation.type === "support";
  const name = useSenderName(message);
  return (
    <article
      aria-label={t.messageOf(name, format.dateTime(occurred_at))}
      className={cx("group flex gap-2 pb-1", first && "pt-2", own && "flex-row-reverse")}
    >
      <span className="w-8 shrink-0 max-md:hidden">{first && <Avatar name={name} />}</span>
      <div className={cx("flex min-w-0 max-w-[85%] flex-col md:max-w-[75%]", own && "items-end")}>
        {first && (
          <p className="mb-0.5 flex items-center gap-1.5 px-1 text-xs text-muted">
            <span className="font-medium">{name}</span>
            {note && <span className="text-note-ink">{t.privateNote}</span>}
            {sender.kind === "automation" && <WhyButton ruleId={sender.id ?? undefined} at={occurred_at} />}
          </p>
        )}
        <div className={cx("flex max-w-full items-center gap-1", own && "flex-row-reverse")}>
          <div className={cx("min-w-0 rounded-lg border px-3 py-1.5", bubble(own, note))}>
            {message.reply_to && <Quote id={message.reply_to} />}
            {deleted_at ? (
              <p className="text-sm text-muted italic">{t.takenBack}</p>
            ) : (
              <MessageContent message={message} />
            )}
            <p className="mt-0.5 flex items-center justify-end gap-1 text-xs text-muted">
              {pinned_at && <Pin aria-label={t.pinned} className="size-3" />}
              {edited_at && !deleted_at && <span>{t.edited}</span>}
              <time dateTime={occurred_at} title={format.dateTime(occurred_at)}>
                {format.time(occurred_at)}
              </time>
              {direction === "outbound" && <Delivery status={message.status} />}
            </p>
          </div>
          {!deleted_at && <MessageActions message={message} />}
        </div>
        <Undelivered message={message} />
        <Reactions message={message} />
        <Replies message={message} />
      </div>
    </article>
  );
}

function bubble(own: boolean, note: boolean): string {
  if (note) return "border-note-line bg-note text-note-ink";
  return own ? "border-transparent bg-bubble-own" : "border-transparent bg-bubble";
}

/** Who has written a message. */
export function useSenderName({ sender }: Message): string {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const nameOf = useNameOf();
  const contact = useTitleOf(conversation);
  switch (sender.kind) {
    case "contact":
      return contact;
    case "user":
      return nameOf(sender.id);
    case "automation":
      return t.automation;
    case "external":
      return t.sentElsewhere;
    case "system":
      return t.system;
  }
}
