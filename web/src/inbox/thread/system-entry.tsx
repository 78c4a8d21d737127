/** What happened in a conversation besides what was said: who moved it, gave it, tagged it; by a rule, with its why. */

import { useFormat } from "@/i18n";
import { useConversationText } from "../conversation-text";
import { useNameOf, useTitleOf } from "../names";
import { useTeams } from "../queries";
import type { Event } from "../types";
import { eventWords } from "./event-words";
import { useThreadParts } from "./thread-context";
import { UndoMerge } from "./undo-merge";
import { WhyButton } from "./why";

export function SystemEntry({ event }: { event: Event }) {
  const t = useConversationText();
  const format = useFormat();
  const { conversation } = useThreadParts();
  const nameOf = useNameOf();
  const teams = useTeams();
  const contact = useTitleOf(conversation);
  const actor = { contact: () => contact, channel: () => t.theChannel, system: () => t.system };
  const { kind } = event.actor;
  const who =
    kind === "user"
      ? nameOf(event.actor.id)
      : kind === "api_key"
        ? nameOf(event.actor.user_id)
        : kind === "rule"
          ? t.aRule
          : actor[kind]();
  const words = eventWords(event, {
    t,
    who,
    nameOf,
    teamOf: (id) => (id ? (teams.get(id)?.name ?? t.aTeam) : t.noTeam),
    dateTime: format.dateTime,
  });
  if (!words) return null;
  return (
    <div className="flex items-center justify-center gap-1.5 py-1 text-center text-xs text-muted">
      <span className="break-words">{words}</span>
      <time dateTime={event.occurred_at} title={format.dateTime(event.occurred_at)} className="text-faint">
        {format.time(event.occurred_at)}
      </time>
      {event.kind === "conversation.merged" && <UndoMerge event={event} />}
      {event.actor.kind === "rule" && <WhyButton ruleId={event.actor.id} at={event.occurred_at} />}
    </div>
  );
}
