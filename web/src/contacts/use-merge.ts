import { useNavigate } from "@tanstack/react-router";
import { toast, toastError } from "@/ui";
import { nameOf } from "./contacts-table";
import { change, refreshContacts } from "./queries";
import { useText } from "./text";

/** Merges one contact into another and shows the other; the merge can be taken back. */
export function useMerge() {
  const t = useText();
  const navigate = useNavigate();
  const show = (contactId: string) => navigate({ to: "/contacts/$contactId", params: { contactId } });

  const undo = async (id: string) => {
    try {
      await change.unmerge(id);
      toast({ title: t.merge.undone });
      await refreshContacts();
      await show(id);
    } catch (error) {
      toastError(error);
    }
  };

  return async (id: string, into: string) => {
    const contact = await change.merge(id, into);
    toast({ title: t.merge.done(nameOf(contact) ?? t.nameless), undo: () => void undo(id) });
    await show(contact.id);
    await refreshContacts();
  };
}
