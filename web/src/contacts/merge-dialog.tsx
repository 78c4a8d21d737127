import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "@/people/form-dialog";
import { Combobox, Field } from "@/ui";
import { nameOf } from "./contacts-table";
import { type Contact, contactsQuery } from "./queries";
import { useText } from "./text";
import { useDelayed } from "./use-delayed";
import { useMerge } from "./use-merge";

export function MergeDialog({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useText();
  const merge = useMerge();
  const [search, setSearch] = useState("");
  const [into, setInto] = useState<string | null>(null);
  const contacts = useInfiniteQuery(contactsQuery({ search: useDelayed(search) || undefined }));
  const others = contacts.data?.pages.flatMap((page) => page.items).filter(({ id }) => id !== contact.id) ?? [];
  return (
    <FormDialog
      title={t.merge.title}
      description={t.merge.description(nameOf(contact) ?? t.nameless)}
      action={t.merge.do}
      disabled={!into}
      onSubmit={async () => into && merge(contact.id, into)}
      onClose={onClose}
    >
      {() => (
        <Field label={t.merge.into} required>
          <Combobox
            label={t.merge.into}
            value={into}
            onValueChange={setInto}
            onSearch={setSearch}
            loading={contacts.isFetching}
            options={others.map((other) => ({
              value: other.id,
              label: nameOf(other) ?? t.nameless,
              hint: [other.phone, other.email].filter(Boolean).join(" · "),
            }))}
          />
        </Field>
      )}
    </FormDialog>
  );
}
