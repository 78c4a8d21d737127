import { useMe } from "@/api";
import { useConversationText } from "../conversation-text";
import type { ConversationDetail } from "../types";

/** Why nothing can be written here, if nothing can. */
export function useClosedReason({ conversation, participants, contact }: ConversationDetail): string | undefined {
  const t = useConversationText();
  const { user } = useMe();
  const { type, archived_at, status, merged_into } = conversation;
  if (merged_into) return t.cannotWrite.merged;
  if (type !== "support" && archived_at) return t.cannotWrite.archived;
  if (type === "team_channel" && status === "archived") return t.cannotWrite.archived;
  const own = participants.find((participant) => participant.user_id === user.id);
  if (own?.role === "observer") return t.cannotWrite.observer;
  if (type === "support" && contact?.blocked_at) return t.cannotWrite.blocked;
  return undefined;
}
