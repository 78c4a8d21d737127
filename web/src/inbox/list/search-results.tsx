/** What a search has found: contacts, conversations, and lines of messages. */

import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api, type components, ok } from "@/api";
import { Avatar, Button, EmptyState, ErrorNote, ErrorState, RelativeTime, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import { ConversationRow, ROW_HEIGHT } from "./conversation-row";

type Schemas = components["schemas"];

/** The search for everything gives so many of each; of messages, the rest is asked for apart. */
const FIRST = 10;

function messagesQuery(q: string) {
  return infiniteQueryOptions({
    queryKey: ["search", q, "messages"],
    queryFn: ({ pageParam: cursor, signal }) =>
      ok(api.GET("/api/v1/search/messages", { params: { query: { q, limit: 50, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

function searchQuery(q: string) {
  return queryOptions({
    queryKey: ["search", q],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/search", { params: { query: { q, limit: FIRST } }, signal })),
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
}

export function SearchResults({ text, selected }: { text: string; selected: string | undefined }) {
  const t = useConversationText();
  const found = useQuery(searchQuery(text));
  if (!text) return <EmptyState title={t.searchHintTitle}>{t.searchHint}</EmptyState>;
  if (found.isPending) return <SkeletonRows />;
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  const { contacts, conversations, messages } = found.data;
  if (contacts.length + conversations.length + messages.length === 0) {
    return (
      <EmptyState icon={<SearchX />} title={t.nothingFound(text)}>
        {t.nothingFoundHint}
      </EmptyState>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto" aria-busy={found.isPlaceholderData}>
      <Group title={t.conversations} count={conversations.length}>
        {conversations.map((conversation) => (
          <li key={conversation.id} style={{ height: ROW_HEIGHT }}>
            <ConversationRow
              conversation={conversation}
              selected={conversation.id === selected}
              marked={false}
              marking={false}
            />
          </li>
        ))}
      </Group>
      <FoundMessages key={text} text={text} first={messages} />
      <Group title={t.contacts} count={contacts.length}>
        {contacts.map((contact) => (
          <FoundContact key={contact.id} contact={contact} />
        ))}
      </Group>
    </div>
  );
}

function Group({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <section>
      <h2 className="bg-sunken px-3 py-1 text-xs font-semibold text-muted">{title}</h2>
      <ul aria-label={title}>{children}</ul>
    </section>
  );
}

function FoundMessages({ text, first }: { text: string; first: Schemas["FoundMessage"][] }) {
  const t = useConversationText();
  const [wanted, setWanted] = useState(false);
  const all = useInfiniteQuery({ ...messagesQuery(text), enabled: wanted });
  const messages = all.data?.pages.flatMap((page) => page.items) ?? first;
  const more = all.data ? all.hasNextPage : first.length >= FIRST;
  const goOn = () => {
    if (all.data) void all.fetchNextPage();
    else if (wanted) void all.refetch();
    else setWanted(true);
  };
  return (
    <>
      <Group title={t.messages} count={messages.length}>
        {messages.map((message) => (
          <FoundMessage key={message.id} message={message} />
        ))}
      </Group>
      {all.isError && <ErrorNote error={all.error} />}
      {more && (
        <div className="flex justify-center p-2">
          <Button size="sm" variant="ghost" busy={all.isFetching} onClick={goOn}>
            {t.moreMessages}
          </Button>
        </div>
      )}
    </>
  );
}

function FoundMessage({ message }: { message: Schemas["FoundMessage"] }) {
  const { id, conversation, snippet, occurred_at } = message;
  return (
    <li>
      <Link
        to="/inbox/$conversationId"
        params={{ conversationId: conversation.id }}
        search={(old) => ({ ...old, message: id })}
        className="block border-b border-line px-3 py-2 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate text-sm font-medium">
            {conversation.contact_name ?? conversation.title}
          </span>
          <RelativeTime short at={occurred_at} className="text-xs text-faint" />
        </span>
        <span className="line-clamp-2 text-sm text-muted">
          {snippet.map((piece, index) =>
            piece.is_match ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line have no other identity.
              <mark key={index} className="rounded-sm bg-note text-note-ink">
                {piece.text}
              </mark>
            ) : (
              piece.text
            ),
          )}
        </span>
      </Link>
    </li>
  );
}

function FoundContact({ contact }: { contact: Schemas["ListedContact"] }) {
  const t = useConversationText();
  const name = contact.name ?? contact.phone ?? contact.email ?? t.unknownContact;
  return (
    <li>
      <Link
        to="/contacts/$contactId"
        params={{ contactId: contact.id }}
        className="flex items-center gap-2.5 border-b border-line px-3 py-2 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Avatar name={name} />
        <span className="min-w-0">
          <span className="block truncate text-sm font-medium">{name}</span>
          <span className="block truncate text-xs text-muted">{contact.email ?? contact.phone}</span>
        </span>
      </Link>
    </li>
  );
}
