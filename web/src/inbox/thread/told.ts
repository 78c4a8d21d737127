/** Of these events the thread tells; others are in the messages themselves, or about something else. */

import type { Event } from "../types";

export const TOLD: readonly Event["kind"][] = [
  "conversation.created",
  "conversation.status_changed",
  "conversation.assigned",
  "conversation.transferred",
  "conversation.updated",
  "conversation.archived",
  "conversation.merged",
  "conversation.unmerged",
  "conversation.linked",
  "conversation.participant_joined",
  "conversation.participant_left",
  "conversation.imported",
  "conversation.triaged",
  "conversation.macro_run",
  "conversation.rated",
  "conversation.rating_skipped",
  "conversation.reviewed",
  "conversation.escalated",
  "conversation.tag_added",
  "conversation.tag_removed",
  "contact.identity_changed",
  "plugin.event",
  "plugin.action_done",
];
