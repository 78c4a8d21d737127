import { useMay, useMe } from "@/api";
import type { Conversation } from "./types";

/** Whether the person may give conversations to others. */
export function useCanAssign(): boolean {
  return useMay()("assign_conversations");
}

/** Whether the person may hand this one to another team: whoever has it, and whoever assigns. */
export function useCanTransfer(conversation: Conversation): boolean {
  const { user } = useMe();
  return useCanAssign() || conversation.assignee_id === user.id;
}
