import { Plus } from "lucide-react";
import { useState } from "react";
import { Button, Chips, Dialog } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { ActionDialogProps } from "./more-menu";
import { useTagging } from "./mutations";
import { TagPicker } from "./tag-picker";

/** The tags of a conversation; each change counts at once. */
export function TagsDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const { id, tags } = detail.conversation;
  const tagging = useTagging(id);
  const [open, setOpen] = useState(true);
  return (
    <Dialog open onOpenChange={onClose} title={t.tags} size="sm">
      <div className="flex flex-col items-start gap-3">
        <Chips
          items={tags.map((tag) => ({ value: tag, label: tag }))}
          onRemove={(tag) => tagging.mutate({ tag, add: false })}
        />
        <TagPicker
          open={open}
          onOpenChange={setOpen}
          chosen={tags}
          onToggle={(tag, add) => tagging.mutate({ tag, add })}
          trigger={<Button icon={<Plus />}>{t.addTag}</Button>}
        />
      </div>
    </Dialog>
  );
}
