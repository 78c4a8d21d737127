import { AlarmClock, Check, CheckCheck, ChevronDown, CircleDot, Hourglass, RotateCcw } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button, Menu, MenuItem, MenuSeparator, useShortcut } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { Conversation, ConversationStatus } from "../types";
import { useSetStatus } from "./mutations";

const CloseDialog = lazy(() => import("./close-dialog").then((module) => ({ default: module.CloseDialog })));
const SnoozeDialog = lazy(() => import("./snooze-dialog").then((module) => ({ default: module.SnoozeDialog })));

/** What may follow on what; the server has the same table (docs/conversations.md). */
const NEXT: Record<"support" | "internal_ticket", Partial<Record<ConversationStatus, ConversationStatus[]>>> = {
  support: {
    new: ["open", "pending", "snoozed", "resolved", "closed"],
    queued: ["open", "pending", "snoozed", "resolved", "closed"],
    open: ["pending", "snoozed", "resolved", "closed"],
    pending: ["open", "snoozed", "resolved", "closed"],
    snoozed: ["open", "pending", "snoozed", "resolved", "closed"],
    resolved: ["open", "pending", "snoozed", "closed"],
    closed: ["open"],
  },
  internal_ticket: {
    open: ["in_progress", "resolved", "closed"],
    in_progress: ["open", "resolved", "closed"],
    resolved: ["open", "in_progress", "closed"],
    closed: ["open"],
  },
};

const ICONS: Partial<Record<ConversationStatus, typeof Check>> = {
  open: CircleDot,
  in_progress: CircleDot,
  pending: Hourglass,
  snoozed: AlarmClock,
  resolved: Check,
  closed: CheckCheck,
};

/** Where the conversation stands, and where it can go. */
export function StatusMenu({ conversation }: { conversation: Conversation }) {
  const t = useConversationText();
  const { id, status, type } = conversation;
  const set = useSetStatus(id);
  const [asking, setAsking] = useState<"close" | "snooze">();
  const next = (type === "support" || type === "internal_ticket" ? NEXT[type][status] : undefined) ?? [];
  const move = (to: ConversationStatus) => {
    if (to === "closed") setAsking("close");
    else if (to === "snoozed") setAsking("snooze");
    else set.mutate({ status: to, from: status });
  };
  const may = (to: ConversationStatus) => ({ group: t.conversationGroup, disabled: !next.includes(to) });
  useShortcut("e", t.resolve, () => move("resolved"), may("resolved"));
  useShortcut("c", t.close, () => move("closed"), may("closed"));
  useShortcut("s", t.snooze, () => move("snoozed"), may("snoozed"));
  const reopens = status === "closed" || status === "resolved";
  return (
    <>
      {reopens ? (
        <Button icon={<RotateCcw />} busy={set.isPending} onClick={() => move("open")}>
          {t.reopen}
        </Button>
      ) : (
        <Button icon={<Check />} busy={set.isPending} onClick={() => move("resolved")}>
          <span className="max-lg:sr-only">{t.resolve}</span>
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button aria-label={t.statusIs(t.statuses[status])} className="px-2!">
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        {next.map((to) => {
          const Icon = ICONS[to] ?? CircleDot;
          return (
            <MenuItem key={to} icon={<Icon />} onSelect={() => move(to)} shortcut={KEYS[to]}>
              {to === "snoozed" && status === "snoozed" ? t.snoozeAgain : t.moveTo[to as keyof typeof t.moveTo]}
            </MenuItem>
          );
        })}
        {conversation.close_reason && <MenuSeparator />}
        {conversation.close_reason && (
          <p className="px-2 py-1 text-xs text-muted">{t.closedBecause(conversation.close_reason)}</p>
        )}
      </Menu>
      <Suspense>
        {asking === "close" && (
          <CloseDialog
            open
            onOpenChange={() => setAsking(undefined)}
            onClose={(reason) => {
              setAsking(undefined);
              set.mutate({ status: "closed", reason, from: status });
            }}
          />
        )}
        {asking === "snooze" && (
          <SnoozeDialog
            onClose={() => setAsking(undefined)}
            onSnooze={(until) => {
              setAsking(undefined);
              set.mutate({ status: "snoozed", until, from: status });
            }}
          />
        )}
      </Suspense>
    </>
  );
}

const KEYS: Partial<Record<ConversationStatus, string>> = { resolved: "e", closed: "c", snoozed: "s" };
