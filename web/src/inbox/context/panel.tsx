/** What there is to know beside a conversation; another for each type. */

import type { ConversationDetail } from "../types";
import { ContactCard } from "./contact-card";
import { ConversationFields } from "./conversation-fields";
import { EarlierConversations } from "./earlier-conversations";
import { Escalations } from "./escalations";
import { Facts } from "./facts";
import { Participants } from "./participants";
import { Pins } from "./pins";
import { Reviews } from "./reviews";
import { Suggestions } from "./suggestions";
import { TicketLinks } from "./ticket-links";

export function ContextPanel({ detail }: { detail: ConversationDetail }) {
  const { conversation, contact } = detail;
  switch (conversation.type) {
    case "support":
      return (
        <>
          {contact && <ContactCard contact={contact} />}
          {contact && <Suggestions contactId={contact.id} />}
          {contact && <Facts contactId={contact.id} />}
          <ConversationFields detail={detail} />
          <Escalations detail={detail} />
          <TicketLinks detail={detail} />
          <Pins conversationId={conversation.id} />
          {contact && <EarlierConversations contactId={contact.id} currentId={conversation.id} />}
          <Reviews conversation={conversation} />
        </>
      );
    case "internal_ticket":
      return (
        <>
          <ConversationFields detail={detail} />
          <Escalations detail={detail} />
          <TicketLinks detail={detail} />
          <Participants detail={detail} />
          <Pins conversationId={conversation.id} />
        </>
      );
    case "team_channel":
      return (
        <>
          <ConversationFields detail={detail} />
          <Pins conversationId={conversation.id} />
          <Participants detail={detail} />
        </>
      );
    case "direct_message":
      return (
        <>
          <Participants detail={detail} />
          <Pins conversationId={conversation.id} />
        </>
      );
  }
}
