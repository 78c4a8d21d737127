/** Who waits in which queue and for how long, and the one who has waited longest. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Columns3, ListStart } from "lucide-react";
import { useState } from "react";
import type { components } from "@/api";
import { useFormat } from "@/i18n";
import { Button, buttonClass, ErrorNote, IconButton, Popover, SkeletonRows } from "@/ui";
import { useTakeNext } from "../actions/mutations";
import { useConversationText } from "../conversation-text";
import { queuesQuery } from "../queries";

export function QueuesButton() {
  const t = useConversationText();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={t.queues}
      align="end"
      open={open}
      onOpenChange={setOpen}
      className="w-80 overflow-y-auto"
      trigger={<IconButton label={t.queues} icon={<ListStart />} />}
    >
      <Queues onDone={() => setOpen(false)} />
    </Popover>
  );
}

function Queues({ onDone }: { onDone: () => void }) {
  const t = useConversationText();
  const navigate = useNavigate();
  const queues = useQuery(queuesQuery);
  const takeNext = useTakeNext((id) => {
    onDone();
    void navigate({ to: "/inbox/$conversationId", params: { conversationId: id }, search: {} });
  });
  return (
    <>
      {queues.isPending && <SkeletonRows rows={3} />}
      {queues.isError && <ErrorNote error={queues.error} />}
      <ul>
        {queues.data?.map((queue) => (
          <QueueRow
            key={queue.team_id ?? "none"}
            queue={queue}
            busy={takeNext.isPending}
            onTake={() => takeNext.mutate(queue.team_id ?? null)}
          />
        ))}
      </ul>
      <div className="p-2">
        <Link to="/queue" onClick={onDone} className={`${buttonClass("ghost", "sm")} w-full`}>
          <Columns3 aria-hidden />
          {t.openBoard}
        </Link>
      </div>
    </>
  );
}

interface QueueRowProps {
  queue: components["schemas"]["Queue"];
  busy: boolean;
  onTake: () => void;
}

function QueueRow({ queue, busy, onTake }: QueueRowProps) {
  const t = useConversationText();
  const format = useFormat();
  const { name, waiting, oldest_age_seconds, assigned, online } = queue;
  const oldest = oldest_age_seconds ? t.oldest(format.duration(oldest_age_seconds * 1000)) : undefined;
  return (
    <li className="flex items-center gap-3 border-b border-line px-3 py-2 text-sm">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{name ?? t.noTeam}</p>
        <p className="text-xs text-muted">
          {[t.waiting(waiting), oldest, t.inWork(assigned), t.peopleOnline(online)].filter(Boolean).join(" · ")}
        </p>
      </div>
      <Button size="sm" disabled={waiting === 0 || busy} onClick={onTake}>
        {t.takeNextShort}
      </Button>
    </li>
  );
}
