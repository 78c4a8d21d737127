import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { confirm, IconButton, Menu, MenuItem, toast, toastError } from "@/ui";
import { useText } from "./text";

interface Props {
  what: string;
  consequence: string;
  onEdit: () => void;
  onDelete: () => Promise<unknown>;
  /** After it is gone. */
  onGone: () => unknown;
}

/** Edit and delete, as every entry of these lists has them. */
export function RowMenu({ what, consequence, onEdit, onDelete, onGone }: Props) {
  const t = useText();
  const remove = async () => {
    const question = { title: t.deleteQuestion(what), detail: consequence, action: t.delete, danger: true };
    if (!(await confirm(question))) {
      return;
    }
    try {
      await onDelete();
      toast({ title: t.deleted(what) });
    } catch (error) {
      toastError(error);
    }
    await onGone();
  };
  return (
    <Menu align="end" trigger={<IconButton size="sm" label={t.menuOf(what)} icon={<Ellipsis />} />}>
      <MenuItem icon={<Pencil />} onSelect={onEdit}>
        {t.edit}
      </MenuItem>
      <MenuItem icon={<Trash2 />} danger onSelect={() => void remove()}>
        {t.delete}
      </MenuItem>
    </Menu>
  );
}
