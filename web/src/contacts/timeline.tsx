/** Everything that happened to a contact over all conversations, the latest first. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useFormat } from "@/i18n";
import { usersQuery } from "@/people/queries";
import { EmptyState, ErrorState, LoadMore, SkeletonRows, Switch } from "@/ui";
import { type TimelineEntry, timelineQuery } from "./queries";
import { useText } from "./text";

/** These come several for each message, and say little. */
const IDLE = new Set(["message.status_changed"]);

export function Timeline({ id }: { id: string }) {
  const t = useText();
  const [everything, setEverything] = useState(false);
  const timeline = useInfiniteQuery(timelineQuery(id));
  const entries = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = everything ? entries : entries.filter(({ kind }) => !IDLE.has(kind));
  if (timeline.isPending) {
    return <SkeletonRows />;
  }
  if (!timeline.data) {
    return <ErrorState error={timeline.error} retry={timeline.refetch} />;
  }
  if (entries.length === 0) {
    return <EmptyState title={t.contact.timelineEmpty} />;
  }
  return (
    <div className="flex max-w-3xl flex-col gap-3">
      <Switch label={t.contact.everything} checked={everything} onCheckedChange={setEverything} />
      <ol className="flex flex-col">
        {shown.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      <LoadMore {...timeline} />
    </div>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const t = useText();
  const { dateTime } = useFormat();
  const actor = useActor();
  const detail = detailOf(entry);
  return (
    <li className="flex gap-3 border-l-2 border-line py-1.5 pl-3 text-sm">
      <span className="min-w-0 flex-1">
        <span className="font-medium">{t.events[entry.kind] ?? entry.kind}</span>
        {detail && <span className="break-words text-muted"> {detail}</span>}
        <span className="block text-xs text-muted">
          {dateTime(entry.occurred_at)}, {actor(entry.actor)}
        </span>
      </span>
      {entry.conversation_id && (
        <Link
          to="/inbox/$conversationId"
          params={{ conversationId: entry.conversation_id }}
          className="shrink-0 text-xs text-accent-ink hover:underline"
        >
          {t.contact.openConversation}
        </Link>
      )}
    </li>
  );
}

/** The one thing in an entry's details that says most. */
function detailOf({ data }: TimelineEntry): string | undefined {
  const { from, to, tag, name, reason, fields, emoji, rating, title } = data as Record<string, unknown>;
  if (typeof from === "string" && typeof to === "string") {
    return `${from} → ${to}`;
  }
  const word = [tag, name, reason, emoji, title].find((value) => typeof value === "string" && value);
  if (typeof word === "string") {
    return word;
  }
  return Array.isArray(fields) && fields.length > 0
    ? fields.join(", ")
    : rating === undefined
      ? undefined
      : String(rating);
}

function useActor(): (actor: TimelineEntry["actor"]) => string {
  const t = useText();
  const { data: users = [] } = useQuery(usersQuery);
  return (actor) => {
    switch (actor.kind) {
      case "user":
        return users.find(({ id }) => id === actor.id)?.name ?? t.actors.somebody;
      case "api_key":
        return users.find(({ id }) => id === actor.user_id)?.name ?? t.actors.somebody;
      default:
        return t.actors[actor.kind];
    }
  };
}
