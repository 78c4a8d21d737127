import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, type components, idempotencyKey, ok, queryClient } from "@/api";

/** Begins a conversation and goes there. The same key for each attempt, so that none begins twice. */
export function useBegin(onDone: () => void) {
  const navigate = useNavigate();
  const [key, setKey] = useState(idempotencyKey);
  return useMutation({
    mutationFn: (body: components["schemas"]["CreateConversation"]) =>
      ok(api.POST("/api/v1/conversations", { params: { header: { "Idempotency-Key": key } }, body })),
    onSuccess: (conversation) => {
      void queryClient.invalidateQueries({ queryKey: ["conversations"] });
      onDone();
      void navigate({ to: "/inbox/$conversationId", params: { conversationId: conversation.id }, search: {} });
    },
    // What was refused may be mended, and is another request then.
    onError: () => setKey(idempotencyKey()),
  });
}
