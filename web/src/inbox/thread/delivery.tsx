/** How far a message has come: one tick sent, two delivered, two in colour read; and what to do where it did not. */

import { useMutation } from "@tanstack/react-query";
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock } from "lucide-react";
import { api, ok } from "@/api";
import { Button, Popover, toastError } from "@/ui";
import { patchMessage, putMessage } from "../cache";
import { useComposer } from "../composer/state";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";
import { failureWords } from "./failure";
import { useThreadParts } from "./thread-context";

export function Delivery({ message }: { message: Message }) {
  const t = useConversationText();
  const { status } = message;
  switch (status) {
    case "queued":
    case "sending":
      return <Clock role="img" aria-label={t.delivery[status]} className="size-3.5" />;
    case "sent":
      return <Check role="img" aria-label={t.delivery.sent} className="size-3.5" />;
    case "delivered":
      return <CheckCheck role="img" aria-label={t.delivery.delivered} className="size-3.5" />;
    case "read":
      return <CheckCheck role="img" aria-label={t.delivery.read} className="size-3.5 text-accent-ink" />;
    case "failed":
    case "unconfirmed":
      return <Undelivered message={message} failed={status === "failed"} />;
    case "received":
      return null;
  }
}

function Undelivered({ message, failed }: { message: Message; failed: boolean }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const composer = useComposer(conversation.id);
  const retry = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/v1/conversations/{id}/messages/{message_id}/retry", {
          params: { path: { id: conversation.id, message_id: message.id } },
        }),
      ),
    onMutate: () => patchMessage(conversation.id, message.id, (old) => ({ ...old, status: "queued" })),
    onSuccess: (sent) => putMessage(conversation.id, sent),
    onError: (error) => {
      putMessage(conversation.id, message);
      toastError(error);
    },
  });
  const Icon = failed ? CircleAlert : CircleHelp;
  const label = failed ? t.delivery.failed : t.delivery.unconfirmed;
  const text = message.content.type === "text" ? message.content.text : undefined;
  return (
    <Popover
      label={label}
      align="end"
      trigger={
        <button
          type="button"
          className={`inline-flex items-center gap-1 rounded font-medium ${failed ? "text-danger" : "text-warning"}`}
        >
          <Icon aria-hidden className="size-3.5" />
          {label}
        </button>
      }
    >
      <p className="text-sm font-medium">{failed ? t.failedTitle : t.unconfirmedTitle}</p>
      <p className="mt-1 text-sm break-words text-muted">
        {failed ? failureWords(message.error, t) : t.unconfirmedHint}
      </p>
      <div className="mt-3 flex gap-2">
        <Button size="sm" variant="primary" busy={retry.isPending} onClick={() => retry.mutate()}>
          {t.sendAgain}
        </Button>
        {text && (
          <Button size="sm" onClick={() => composer.write(text)}>
            {t.editAndSend}
          </Button>
        )}
      </div>
    </Popover>
  );
}
