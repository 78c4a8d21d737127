import { Ban, Ellipsis, Merge, Pencil, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { Button, confirm, IconButton, Menu, MenuItem, toast, toastError } from "@/ui";
import { EditContactDialog } from "./contact-form";
import { nameOf } from "./contacts-table";
import { MergeDialog } from "./merge-dialog";
import { type Contact, change, refreshContacts } from "./queries";
import { useText } from "./text";

/** What one may do with a contact. */
export function ContactActions({ contact }: { contact: Contact }) {
  const t = useText();
  const may = useMay();
  const [open, setOpen] = useState<"edit" | "merge">();
  const name = nameOf(contact) ?? t.nameless;
  const run = async (work: () => Promise<unknown>, title: string, undo?: () => void) => {
    try {
      await work();
      toast({ title, undo });
    } catch (error) {
      toastError(error);
    }
    await refreshContacts();
  };
  const unblock = () => run(() => change.unblock(contact.id), t.contact.unblocked(name));
  const block = async () => {
    const { blockQuestion, blockConsequence: detail, block: action } = t.contact;
    if (await confirm({ title: blockQuestion(name), detail, action, danger: true })) {
      await run(
        () => change.block(contact.id),
        t.contact.blockedNow(name),
        () => void unblock(),
      );
    }
  };
  if (!may("edit_contacts") && !may("merge_contacts")) {
    return null;
  }
  return (
    <>
      {may("edit_contacts") && (
        <Button icon={<Pencil />} onClick={() => setOpen("edit")}>
          {t.edit}
        </Button>
      )}
      <Menu align="end" trigger={<IconButton label={t.menu} icon={<Ellipsis />} />}>
        {may("merge_contacts") && (
          <MenuItem icon={<Merge />} onSelect={() => setOpen("merge")}>
            {t.merge.action}
          </MenuItem>
        )}
        {may("edit_contacts") &&
          (contact.blocked_at ? (
            <MenuItem icon={<RotateCcw />} onSelect={() => void unblock()}>
              {t.contact.unblock}
            </MenuItem>
          ) : (
            <MenuItem icon={<Ban />} danger onSelect={() => void block()}>
              {t.contact.block}
            </MenuItem>
          ))}
      </Menu>
      {open === "edit" && <EditContactDialog id={contact.id} onClose={() => setOpen(undefined)} />}
      {open === "merge" && <MergeDialog contact={contact} onClose={() => setOpen(undefined)} />}
    </>
  );
}
