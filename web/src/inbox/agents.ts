import { useQuery } from "@tanstack/react-query";
import type { PresenceState } from "@/ui";
import { presenceQuery, usersQuery } from "./queries";
import type { User } from "./types";

export interface Presence {
  status: PresenceState;
  /** What they say about it. */
  text: string | undefined;
}

/** People who can have a conversation, those who are there first. */
export function useAgents(): User[] {
  const users = useQuery(usersQuery).data ?? [];
  const presence = usePresence();
  const rank = (user: User) => ["online", "busy", "away"].indexOf(presence.get(user.id)?.status ?? "") >>> 0;
  return users.filter((user) => user.active).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** Who is there, by id. */
export function usePresence(): Map<string, Presence> {
  const { data } = useQuery(presenceQuery);
  return new Map(data?.map(({ user_id, status, status_text: text }) => [user_id, { status, text: text ?? undefined }]));
}
