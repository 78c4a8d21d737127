/** What conversations and people are called. */

import { useUsers } from "./queries";
import { type InboxText, useInboxText } from "./text";
import type { Conversation } from "./types";

/** What a conversation is called in lists and headings. */
export function useTitleOf(conversation: Conversation): string {
  const t = useInboxText();
  const nameOf = useNameOf();
  if (conversation.type !== "direct_message") return titleOf(conversation, t);
  return conversation.with_user_id ? nameOf(conversation.with_user_id) : t.directMessage;
}

export function titleOf(conversation: Conversation, t: InboxText): string {
  const { type, contact, title, ticket_number } = conversation;
  switch (type) {
    case "support":
      return contact?.name ?? contact?.phone ?? contact?.email ?? t.unknownContact;
    case "team_channel":
      return `#${title ?? ""}`;
    case "internal_ticket":
      return [ticket_number, title].filter(Boolean).join(" ");
    case "direct_message":
      return title ?? t.directMessage;
  }
}

/** What people of the tenant are called, by id. */
export function useNameOf(): (id: string | null | undefined) => string {
  const t = useInboxText();
  const users = useUsers();
  return (id) => (id ? (users.get(id)?.name ?? t.somebody) : t.nobody);
}
