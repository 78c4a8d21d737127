/** Under a message that did not arrive, or may not have: why, and what to do about it. */

import { useMutation } from "@tanstack/react-query";
import { api, ok } from "@/api";
import { Button, toastError } from "@/ui";
import { patchMessage, putMessage } from "../cache";
import { useComposer } from "../composer/state";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";
import { failureWords } from "./failure";
import { useThreadParts } from "./thread-context";

export function Undelivered({ message }: { message: Message }) {
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
  if (message.status !== "failed" && message.status !== "unconfirmed") return null;
  const failed = message.status === "failed";
  const text = message.content.type === "text" ? message.content.text : undefined;
  return (
    <div className="mt-1 flex flex-col items-end gap-1 text-right text-xs">
      <p className={failed ? "font-medium text-danger" : "font-medium text-warning"}>
        {failed ? t.failedTitle : t.unconfirmedTitle}
      </p>
      <p className="break-words text-muted">{failed ? failureWords(message.error, t) : t.unconfirmedHint}</p>
      <div className="flex gap-1">
        <Button size="sm" busy={retry.isPending} onClick={() => retry.mutate()}>
          {t.sendAgain}
        </Button>
        {text && (
          <Button size="sm" variant="ghost" onClick={() => composer.write(text)}>
            {t.editAndSend}
          </Button>
        )}
      </div>
    </div>
  );
}
