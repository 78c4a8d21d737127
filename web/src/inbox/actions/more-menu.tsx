import {
  Archive,
  ArchiveRestore,
  ArrowRightLeft,
  Ellipsis,
  Flag,
  Flame,
  FlaskConical,
  Merge,
  Star,
  Tag,
  Ticket,
  Zap,
} from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMay } from "@/api";
import { IconButton, Menu, MenuItem, MenuLabel, MenuSeparator, useShortcut } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useCanTransfer } from "../permissions";
import { type ConversationDetail, PRIORITIES } from "../types";
import { useArchive, useUpdate } from "./mutations";

const dialogs = {
  transfer: lazy(() => import("./transfer-dialog").then((module) => ({ default: module.TransferDialog }))),
  escalate: lazy(() => import("./escalate-dialog").then((module) => ({ default: module.EscalateDialog }))),
  merge: lazy(() => import("./merge-dialog").then((module) => ({ default: module.MergeDialog }))),
  ticket: lazy(() => import("./ticket-dialog").then((module) => ({ default: module.TicketDialog }))),
  macro: lazy(() => import("./macro-dialog").then((module) => ({ default: module.MacroDialog }))),
  rating: lazy(() => import("./rating-dialog").then((module) => ({ default: module.RatingDialog }))),
  simulate: lazy(() => import("./simulate-dialog").then((module) => ({ default: module.SimulateDialog }))),
  tags: lazy(() => import("./tags-dialog").then((module) => ({ default: module.TagsDialog }))),
};

export type ActionDialog = keyof typeof dialogs;

export interface ActionDialogProps {
  detail: ConversationDetail;
  onClose: () => void;
}

/** Everything that is done more seldom. */
export function MoreMenu({ detail }: { detail: ConversationDetail }) {
  const t = useConversationText();
  const may = useMay();
  const { conversation } = detail;
  const { id, type, archived_at, priority, escalated_at, contact } = conversation;
  const [update, archive] = [useUpdate(id), useArchive(id)];
  const [opened, setOpened] = useState<ActionDialog>();
  const canTransfer = useCanTransfer(conversation);
  const support = type === "support";
  const worked = support || type === "internal_ticket";
  const Opened = opened && dialogs[opened];
  const group = { group: t.conversationGroup };
  useShortcut("#", t.tags, () => setOpened("tags"), group);
  useShortcut("m", t.runMacro, () => setOpened("macro"), group);
  return (
    <>
      <Menu align="end" trigger={<IconButton label={t.more} icon={<Ellipsis />} />}>
        <MenuItem icon={<Tag />} shortcut="#" onSelect={() => setOpened("tags")}>
          {t.tags}
        </MenuItem>
        <MenuItem icon={<Zap />} shortcut="m" onSelect={() => setOpened("macro")}>
          {t.runMacro}
        </MenuItem>
        {worked && canTransfer && (
          <MenuItem icon={<ArrowRightLeft />} onSelect={() => setOpened("transfer")}>
            {t.transfer}
          </MenuItem>
        )}
        {worked && !escalated_at && (
          <MenuItem icon={<Flame />} onSelect={() => setOpened("escalate")}>
            {t.escalate}
          </MenuItem>
        )}
        {support && (
          <MenuItem icon={<Ticket />} onSelect={() => setOpened("ticket")}>
            {t.makeTicket}
          </MenuItem>
        )}
        {support && (
          <MenuItem icon={<Star />} onSelect={() => setOpened("rating")}>
            {t.askRating}
          </MenuItem>
        )}
        {support && contact && may("merge_conversations") && (
          <MenuItem icon={<Merge />} onSelect={() => setOpened("merge")}>
            {t.merge}
          </MenuItem>
        )}
        {support && may("manage_connections") && (
          <MenuItem icon={<FlaskConical />} onSelect={() => setOpened("simulate")}>
            {t.simulate}
          </MenuItem>
        )}
        <MenuItem icon={archived_at ? <ArchiveRestore /> : <Archive />} onSelect={() => archive.mutate(!archived_at)}>
          {archived_at ? t.unarchive : t.archive}
        </MenuItem>
        {worked && <MenuSeparator />}
        {worked && <MenuLabel>{t.priority}</MenuLabel>}
        {worked &&
          PRIORITIES.map((value) => (
            <MenuItem
              key={value}
              icon={<Flag />}
              checked={priority === value}
              onSelect={() => update.mutate({ priority: value })}
            >
              {t.priorities[value]}
            </MenuItem>
          ))}
      </Menu>
      <Suspense>{Opened && <Opened detail={detail} onClose={() => setOpened(undefined)} />}</Suspense>
    </>
  );
}
