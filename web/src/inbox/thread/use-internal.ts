/** What one does with what was said among people of the tenant. */

import { useMutation } from "@tanstack/react-query";
import { api, ok, queryClient } from "@/api";
import { toastError } from "@/ui";
import { patchMessage, putMessage } from "../cache";
import type { Message } from "../types";
import { useThreadParts } from "./thread-context";

export function usePin(message: Message) {
  const { conversation } = useThreadParts();
  const params = { path: { id: conversation.id, message_id: message.id } };
  const route = "/api/v1/conversations/{id}/messages/{message_id}/pin";
  return useMutation({
    mutationFn: async (pin: boolean) => {
      if (pin) putMessage(conversation.id, await ok(api.PUT(route, { params })));
      else await ok(api.DELETE(route, { params }));
    },
    onMutate: (pin) =>
      patchMessage(conversation.id, message.id, (old) => ({
        ...old,
        pinned_at: pin ? new Date().toISOString() : null,
      })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["conversations", "pins", conversation.id] }),
    onError: (error) => {
      putMessage(conversation.id, message);
      toastError(error);
    },
  });
}

export function useReword(message: Message) {
  const { conversation } = useThreadParts();
  return useMutation({
    mutationFn: (text: string) =>
      ok(
        api.PATCH("/api/v1/conversations/{id}/messages/{message_id}", {
          params: { path: { id: conversation.id, message_id: message.id } },
          body: { text },
        }),
      ),
    onSuccess: (reworded) => putMessage(conversation.id, reworded),
    onError: (error) => toastError(error),
  });
}

export function useTakeBack(message: Message) {
  const { conversation } = useThreadParts();
  return useMutation({
    mutationFn: () =>
      ok(
        api.DELETE("/api/v1/conversations/{id}/messages/{message_id}", {
          params: { path: { id: conversation.id, message_id: message.id } },
        }),
      ),
    onSuccess: () =>
      patchMessage(conversation.id, message.id, (old) => ({ ...old, deleted_at: new Date().toISOString() })),
    onError: (error) => toastError(error),
  });
}
