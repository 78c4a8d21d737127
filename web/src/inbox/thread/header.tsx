/** Which conversation it is, where it stands, whose it is, and what can be done with it. */

import { Link } from "@tanstack/react-router";
import { ArrowLeft, Hand, PanelRight } from "lucide-react";
import { Button, IconButton, useShortcut } from "@/ui";
import { AssigneePicker } from "../actions/assignee-picker";
import { MoreMenu } from "../actions/more-menu";
import { useTake } from "../actions/mutations";
import { StatusMenu } from "../actions/status-menu";
import { useConversationText } from "../conversation-text";
import { ConversationMarks } from "../marks";
import { useTitleOf } from "../names";
import { StatusLine } from "../presence/status-line";
import { Watchers } from "../presence/watchers";
import type { ConversationDetail } from "../types";

interface HeaderProps {
  detail: ConversationDetail;
  panelShown: boolean;
  onPanel: () => void;
}

export function Header({ detail, panelShown, onPanel }: HeaderProps) {
  const t = useConversationText();
  const { conversation } = detail;
  const title = useTitleOf(conversation);
  const take = useTake(conversation.id);
  const assignable = conversation.type === "support" || conversation.type === "internal_ticket";
  const free = assignable && !conversation.assignee_id && conversation.status !== "closed";
  useShortcut("t", t.take, () => take.mutate(), { group: t.conversationGroup, disabled: !free });
  useShortcut("i", t.details, onPanel, { group: t.conversationGroup });
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-2">
      <Link
        to="/inbox"
        search={(old) => old}
        aria-label={t.backToList}
        className="rounded-md p-1.5 text-muted hover:bg-hover md:hidden"
      >
        <ArrowLeft aria-hidden className="size-4" />
      </Link>
      <div className="min-w-0 flex-1 basis-48">
        <h2 className="truncate text-base font-semibold">{title}</h2>
        <div className="flex items-center gap-1 overflow-hidden">
          <ConversationMarks conversation={conversation} tags={3} />
          {conversation.with_user_id && <StatusLine userId={conversation.with_user_id} />}
          {detail.queue_position && !conversation.assignee_id && (
            <span className="text-xs whitespace-nowrap text-muted">{t.queuePosition(detail.queue_position)}</span>
          )}
        </div>
      </div>
      <Watchers conversationId={conversation.id} />
      <div className="flex items-center gap-1">
        {free && (
          <Button variant="primary" icon={<Hand />} busy={take.isPending} onClick={() => take.mutate()}>
            {t.take}
          </Button>
        )}
        {assignable && <AssigneePicker conversation={conversation} />}
        {assignable && <StatusMenu conversation={conversation} />}
        <MoreMenu detail={detail} />
        <IconButton
          label={panelShown ? t.hideDetails : t.details}
          icon={<PanelRight />}
          shortcut="i"
          onClick={onPanel}
        />
      </div>
    </header>
  );
}
