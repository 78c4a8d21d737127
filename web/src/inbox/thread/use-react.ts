import { useMutation } from "@tanstack/react-query";
import { api, ok, useMe } from "@/api";
import { toastError } from "@/ui";
import { patchMessage } from "../cache";
import type { Message } from "../types";
import { useThreadParts } from "./thread-context";

/** Shows something on a message, or with `null` takes it back. */
export function useReact(message: Message) {
  const { conversation } = useThreadParts();
  const { user } = useMe();
  return useMutation({
    mutationFn: (emoji: string | null) =>
      ok(
        api.PUT("/api/v1/conversations/{id}/messages/{message_id}/reaction", {
          params: { path: { id: conversation.id, message_id: message.id } },
          body: { emoji },
        }),
      ),
    onMutate: (emoji) =>
      patchMessage(conversation.id, message.id, (old) => ({
        ...old,
        reactions: [
          ...old.reactions.filter((reaction) => reaction.user_id !== user.id),
          ...(emoji ? [{ emoji, user_id: user.id }] : []),
        ],
      })),
    onError: (error) => {
      patchMessage(conversation.id, message.id, (old) => ({ ...old, reactions: message.reactions }));
      toastError(error);
    },
  });
}
