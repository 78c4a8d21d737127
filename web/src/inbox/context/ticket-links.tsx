import { Link } from "@tanstack/react-router";
import { MessageCircle, Ticket } from "lucide-react";
import { Badge } from "@/ui";
import { useConversationText } from "../conversation-text";
import { STATUS_TONES } from "../marks";
import type { ConversationDetail } from "../types";
import { Block } from "./block";

/** The tickets of a conversation, or the conversation of a ticket. */
export function TicketLinks({ detail }: { detail: ConversationDetail }) {
  const t = useConversationText();
  const { tickets, conversation } = detail;
  const { linked_conversation_id } = conversation;
  if (tickets.length === 0 && !linked_conversation_id) return null;
  return (
    <Block title={t.linked}>
      <ul className="flex flex-col gap-1 text-sm">
        {linked_conversation_id && (
          <li>
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId: linked_conversation_id }}
              className="flex items-center gap-2 text-accent-ink hover:underline"
            >
              <MessageCircle aria-hidden className="size-4" />
              {t.toCustomer}
            </Link>
          </li>
        )}
        {tickets.map(({ id, ticket_number, title, status }) => (
          <li key={id}>
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId: id }}
              className="flex items-center gap-2 hover:underline"
            >
              <Ticket aria-hidden className="size-4 text-muted" />
              <span className="min-w-0 flex-1 truncate">{`${ticket_number} ${title ?? ""}`}</span>
              <Badge tone={STATUS_TONES[status]}>{t.statuses[status]}</Badge>
            </Link>
          </li>
        ))}
      </ul>
    </Block>
  );
}
