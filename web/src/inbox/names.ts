/** What conversations and people are called. */

import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api";
import { participantsQuery, useUsers } from "./queries";
import { type InboxText, useInboxText } from "./text";
import type { Conversation } from "./types";

/** What a conversation is called in lists and headings. */
export function useTitleOf(conversation: Conversation): string {
  const t = useInboxText();
  const other = useOtherPerson(conversation);
  return conversation.type === "direct_message" ? other : titleOf(conversation, t);
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

/** With whom somebody writes directly. */
function useOtherPerson(conversation: Conversation): string {
  const t = useInboxText();
  const { user } = useMe();
  const direct = conversation.type === "direct_message";
  const { data } = useQuery({ ...participantsQuery(conversation.id), enabled: direct });
  return data?.find((participant) => participant.user_id !== user.id)?.name ?? t.directMessage;
}

/** What people of the tenant are called, by id. */
export function useNameOf(): (id: string | null | undefined) => string {
  const t = useInboxText();
  const users = useUsers();
  return (id) => (id ? (users.get(id)?.name ?? t.somebody) : t.nobody);
}
