/** An event of a conversation in a sentence. */

import type { ConversationText } from "../conversation-text";
import type { ConversationStatus, Event, Priority } from "../types";

interface Words {
  t: ConversationText;
  /** Who did it. */
  who: string;
  nameOf: (id: string | null | undefined) => string;
  teamOf: (id: string | null | undefined) => string;
  dateTime: (at: string) => string;
}

type Data = Record<string, unknown>;

export function eventWords({ kind, data: raw, actor }: Event, words: Words): string | undefined {
  const { t, who, nameOf, teamOf } = words;
  const data = raw as Data;
  const text = (name: string) => (typeof data[name] === "string" ? (data[name] as string) : undefined);
  const e = t.events;
  switch (kind) {
    case "conversation.created":
      // A customer begins by writing, which stands there already.
      return actor.kind === "contact" || actor.kind === "channel" ? undefined : e.created(who);
    case "conversation.status_changed":
      return statusWords(data, words);
    case "conversation.assigned":
      if (!data.to) return e.unassigned(who);
      if (actor.kind === "user" && data.to === actor.id) return e.took(who);
      return e.assigned(who, nameOf(text("to")));
    case "conversation.transferred":
      return withNote(e.transferred(who, teamOf(text("to"))), text("note"));
    case "conversation.updated":
      return updateWords(data, words);
    case "conversation.archived":
      return data.archived ? e.archived(who) : e.unarchived(who);
    case "conversation.merged":
      return e.merged(who);
    case "conversation.unmerged":
      return e.unmerged(who);
    case "conversation.linked":
      return e.linked(who);
    case "conversation.participant_joined":
      return e.joined(nameOf(text("user_id")));
    case "conversation.participant_left":
      return e.left(nameOf(text("user_id")));
    case "conversation.imported":
      return e.imported;
    case "conversation.triaged":
      return e.triaged(teamOf(text("team_id")), t.triageReasons[text("reason") as keyof typeof t.triageReasons] ?? "");
    case "conversation.macro_run":
      return e.macro(who, text("name") ?? "");
    case "conversation.rated":
      return e.rated(Number(data.rating));
    case "conversation.rating_skipped":
      return e.ratingSkipped;
    case "conversation.reviewed":
      return e.reviewed(who);
    case "conversation.escalated":
      return withNote(e.escalated(who), text("reason"));
    case "conversation.tag_added":
      return e.tagAdded(who, text("tag") ?? "");
    case "conversation.tag_removed":
      return e.tagRemoved(who, text("tag") ?? "");
    case "contact.identity_changed":
      return e.identityChanged;
    case "plugin.event":
      return e.plugin(text("name") ?? "");
    case "plugin.action_done":
      return e.pluginAction(text("action") ?? text("name") ?? "");
    default:
      return undefined;
  }
}

function statusWords(data: Data, { t, who, dateTime }: Words): string {
  const to = t.statuses[data.to as ConversationStatus];
  const until = typeof data.until === "string" ? t.until(dateTime(data.until)) : undefined;
  const details = [data.reason, until, data.note].filter(Boolean).join(", ");
  return withNote(t.events.status(who, to), details);
}

function updateWords(data: Data, { t, who }: Words): string | undefined {
  const changes = Object.entries((data.changes ?? {}) as Record<string, { to?: unknown }>);
  const [name, change] = changes[0] ?? [];
  if (name === "priority" && changes.length === 1) {
    return t.events.priority(who, t.priorities[change?.to as Priority] ?? String(change?.to));
  }
  return changes.length > 0 ? t.events.updated(who, changes.map(([field]) => wordOf(field, t)).join(", ")) : undefined;
}

function wordOf(field: string, t: ConversationText): string {
  return t.eventFields[field as keyof typeof t.eventFields] ?? field;
}

function withNote(sentence: string, note: string | undefined): string {
  return note ? `${sentence}: ${note}` : sentence;
}
