import { useMutation } from "@tanstack/react-query";
import { api, ok, partError, queryClient } from "@/api";
import { toast, toastError } from "@/ui";
import { useConversationText } from "../conversation-text";

/** Runs a macro on one conversation. */
export function useRunMacro(conversationId: string) {
  const t = useConversationText();
  return useMutation({
    mutationFn: async (id: string) => {
      const result = await ok(
        api.POST("/api/v1/macros/{id}/run", {
          params: { path: { id } },
          body: { conversation_ids: [conversationId] },
        }),
      );
      const problem = result.results[0]?.problem;
      if (problem) throw partError(problem);
    },
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["conversations"] });
      toast({ title: t.macroDone });
    },
    onError: (error) => toastError(error),
  });
}
