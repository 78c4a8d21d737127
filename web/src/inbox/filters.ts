/** What the inbox shows, as it stands in the address, and as the API is asked for it. */

import type { operations } from "signalbox-client";
import type { ConversationStatus, ConversationType, Priority } from "./types";

export const TABS = ["all", "team", "support", "dms", "tickets"] as const;
export type Tab = (typeof TABS)[number];

/** Which stages of a conversation are shown. */
export const STAGES = ["open", "snoozed", "done", "any"] as const;
export type Stage = (typeof STAGES)[number];

/** The search part of the address. What is not there has its usual value. */
export interface InboxSearch {
  tab?: Tab;
  stage?: Stage;
  /** `me`, `nobody` or a person. */
  assigned?: string;
  team?: string;
  channel?: string;
  connection?: string;
  brand?: string;
  priority?: Priority;
  tag?: string[];
  unread?: true;
  escalated?: true;
  archived?: true;
  q?: string;
}

type ListQuery = NonNullable<operations["get_conversations"]["parameters"]["query"]>;

const TYPES: Record<Tab, ConversationType[]> = {
  all: [],
  team: ["team_channel"],
  support: ["support"],
  dms: ["direct_message"],
  tickets: ["internal_ticket"],
};

const STATUSES: Record<Stage, ConversationStatus[]> = {
  open: ["new", "queued", "open", "in_progress", "pending", "active"],
  snoozed: ["snoozed"],
  done: ["resolved", "closed", "archived"],
  any: [],
};

/** Reads an address, whatever somebody has typed into it. */
export function parseSearch(raw: Record<string, unknown>): InboxSearch {
  const text = (value: unknown) => (typeof value === "string" && value.trim() ? value : undefined);
  const flag = (value: unknown) => (value === true || value === "true" ? (true as const) : undefined);
  const of = <T extends string>(all: readonly T[], value: unknown) => all.find((one) => one === value);
  const tags = (Array.isArray(raw.tag) ? raw.tag : [raw.tag]).filter((tag) => typeof tag === "string" && tag !== "");
  return withoutEmpty({
    tab: of(TABS.slice(1), raw.tab),
    stage: of(STAGES.slice(1), raw.stage),
    assigned: text(raw.assigned),
    team: text(raw.team),
    channel: text(raw.channel),
    connection: text(raw.connection),
    brand: text(raw.brand),
    priority: of(["low", "normal", "high", "urgent"] as const, raw.priority),
    tag: tags.length > 0 ? tags : undefined,
    unread: flag(raw.unread),
    escalated: flag(raw.escalated),
    archived: flag(raw.archived),
    q: text(raw.q),
  });
}

/** What the API is asked for. */
export function toQuery(search: InboxSearch): ListQuery {
  const types = TYPES[search.tab ?? "all"];
  const statuses = STATUSES[search.stage ?? "open"];
  return withoutEmpty({
    type: types.join(",") || undefined,
    status: statuses.join(",") || undefined,
    assigned_to: search.assigned,
    team: search.team,
    channel: search.channel,
    connection_id: search.connection,
    brand: search.brand,
    priority: search.priority,
    tag: search.tag?.join(",") || undefined,
    unread: search.unread,
    escalated: search.escalated,
    archived: search.archived,
  });
}

/** How many filters are set that the bar does not show by itself. */
export function hiddenFilters(search: InboxSearch): number {
  const { team, channel, connection, brand, priority, tag, unread, escalated, archived } = search;
  return [team, channel, connection, brand, priority, tag, unread, escalated, archived].filter(Boolean).length;
}

function withoutEmpty<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
