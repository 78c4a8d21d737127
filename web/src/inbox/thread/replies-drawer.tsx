/** What was said under one message, and room to say more. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ok } from "@/api";
import { Button, Drawer, ErrorState, RelativeTime, SkeletonRows, Textarea } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { outbox, useOutbox } from "../outbox";
import type { Conversation, Message } from "../types";
import { useThreadParts } from "./thread-context";

function repliesQuery(id: string, messageId: string) {
  return queryOptions({
    queryKey: ["conversations", "messages", id, "replies", messageId],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/v1/conversations/{id}/messages/{message_id}/replies", {
          params: { path: { id, message_id: messageId }, query: { limit: 200 } },
          signal,
        }),
      ),
  });
}

interface RepliesDrawerProps {
  conversation: Conversation;
  parentId: string;
  onClose: () => void;
}

export function RepliesDrawer({ conversation, parentId, onClose }: RepliesDrawerProps) {
  const t = useConversationText();
  const { messages } = useThreadParts();
  const replies = useQuery(repliesQuery(conversation.id, parentId));
  const pending = useOutbox(conversation.id).filter(({ body }) => body.kind === "note" && body.thread_id === parentId);
  const parent = messages.find((message) => message.id === parentId);
  // What has come since the answer was read stands in the thread.
  const known = new Set(replies.data?.items.map((message) => message.id));
  const later = messages.filter((message) => message.thread_id === parentId && !known.has(message.id));
  return (
    <Drawer
      open
      onOpenChange={onClose}
      title={t.thread}
      footer={<Answer onSend={(text) => outbox.add(conversation.id, { kind: "note", text, thread_id: parentId })} />}
    >
      {replies.isPending && <SkeletonRows rows={4} />}
      {replies.isError && <ErrorState error={replies.error} retry={() => void replies.refetch()} />}
      <ul className="flex flex-col gap-3">
        {parent && <Said message={parent} />}
        {[...(replies.data?.items ?? []), ...later].map((message) => (
          <Said key={message.id} message={message} />
        ))}
        {pending.map(({ key, body }) => (
          <li key={key} className="text-sm text-muted">
            {body.kind === "note" && body.text}
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

function Said({ message }: { message: Message }) {
  const t = useConversationText();
  const nameOf = useNameOf();
  return (
    <li className="text-sm">
      <p className="flex items-baseline gap-2">
        <span className="font-medium">{nameOf(message.sender.id)}</span>
        <RelativeTime at={message.occurred_at} className="text-xs text-muted" />
      </p>
      <p className="break-words whitespace-pre-wrap">
        {message.content.type === "text" && !message.deleted_at ? message.content.text : t.takenBack}
      </p>
    </li>
  );
}

function Answer({ onSend }: { onSend: (text: string) => void }) {
  const t = useConversationText();
  const [text, setText] = useState("");
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!text.trim()) return;
    onSend(text.trim());
    setText("");
  };
  return (
    <form onSubmit={submit} className="flex w-full items-end gap-2">
      <Textarea
        rows={2}
        aria-label={t.replyInThread}
        placeholder={t.replyInThread}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <Button type="submit" variant="primary" disabled={!text.trim()}>
        {t.send}
      </Button>
    </form>
  );
}
