import { Archive, Check, CheckCheck, Flag, Tag, UserRound, X } from "lucide-react";
import { useState } from "react";
import { useMe } from "@/api";
import { IconButton, Menu, MenuItem, MenuSeparator } from "@/ui";
import { CloseDialog } from "../actions/close-dialog";
import { useBulk } from "../actions/mutations";
import { TagPicker } from "../actions/tag-picker";
import { useAgents } from "../agents";
import { useConversationText } from "../conversation-text";
import { useCanAssign } from "../permissions";
import { PRIORITIES } from "../types";

interface BulkBarProps {
  marked: ReadonlySet<string>;
  onDone: () => void;
}

/** What can be done with several conversations at once. */
export function BulkBar({ marked, onDone }: BulkBarProps) {
  const t = useConversationText();
  const { user } = useMe();
  const agents = useAgents();
  const canAssign = useCanAssign();
  const bulk = useBulk(onDone);
  const [closing, setClosing] = useState(false);
  const ids = [...marked];
  return (
    <div
      role="toolbar"
      aria-label={t.bulk}
      className="flex shrink-0 items-center gap-1 border-b border-line bg-selected px-3 py-2"
    >
      <span className="flex-1 text-sm font-medium">{t.marked(marked.size)}</span>
      <Menu trigger={<IconButton label={t.assign} icon={<UserRound />} busy={bulk.isPending} />}>
        <MenuItem onSelect={() => bulk.mutate({ ids, action: { type: "assign", user_id: user.id } })}>
          {t.toMe}
        </MenuItem>
        <MenuItem onSelect={() => bulk.mutate({ ids, action: { type: "assign", user_id: null } })}>{t.nobody}</MenuItem>
        {canAssign && <MenuSeparator />}
        {canAssign &&
          agents.map(({ id, name }) => (
            <MenuItem key={id} onSelect={() => bulk.mutate({ ids, action: { type: "assign", user_id: id } })}>
              {name}
            </MenuItem>
          ))}
      </Menu>
      <Menu trigger={<IconButton label={t.priority} icon={<Flag />} />}>
        {PRIORITIES.map((priority) => (
          <MenuItem key={priority} onSelect={() => bulk.mutate({ ids, action: { type: "priority", priority } })}>
            {t.priorities[priority]}
          </MenuItem>
        ))}
      </Menu>
      <TagPicker
        trigger={<IconButton label={t.addTag} icon={<Tag />} />}
        chosen={[]}
        onToggle={(tag) => bulk.mutate({ ids, action: { type: "add_tag", tag } })}
      />
      <IconButton
        label={t.markRead}
        icon={<CheckCheck />}
        onClick={() => bulk.mutate({ ids, action: { type: "mark_read" } })}
      />
      <IconButton label={t.close} icon={<Check />} onClick={() => setClosing(true)} />
      <IconButton
        label={t.archive}
        icon={<Archive />}
        onClick={() => bulk.mutate({ ids, action: { type: "archive", archived: true } })}
      />
      <IconButton label={t.unmark} icon={<X />} onClick={onDone} />
      <CloseDialog
        open={closing}
        title={t.closeMany(marked.size)}
        onOpenChange={setClosing}
        onClose={(reason) => {
          setClosing(false);
          bulk.mutate({ ids, action: { type: "status", status: "closed", reason } });
        }}
      />
    </div>
  );
}
