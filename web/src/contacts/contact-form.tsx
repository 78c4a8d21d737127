import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { fieldError, type Tagged } from "@/api";
import { FormDialog } from "@/people/form-dialog";
import { Field, Input, Select, SkeletonRows, toast } from "@/ui";
import { AttributeFields, type Values } from "./attribute-fields";
import { CompanyChoice } from "./company-choice";
import { nameOf } from "./contacts-table";
import { brandsQuery, type Contact, change, contactQuery, refreshContacts } from "./queries";
import { useText } from "./text";

interface Draft {
  name: string;
  email: string;
  phone: string;
  brand: string;
  company_id: string | null;
  custom_attributes: Values;
}

const draftOf = (contact?: Contact): Draft => ({
  name: contact?.name ?? "",
  email: contact?.email ?? "",
  phone: contact?.phone ?? "",
  brand: contact?.brand ?? "",
  company_id: contact?.company?.id ?? null,
  custom_attributes: (contact?.custom_attributes ?? {}) as Values,
});

/** What is empty is nothing. */
const bodyOf = ({ name, email, phone, brand, ...rest }: Draft) => ({
  name: name.trim() || null,
  email: email.trim() || null,
  phone: phone.trim() || null,
  brand: brand || null,
  ...rest,
});

export function NewContactDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(draftOf());
  const submit = async () => {
    const contact = await change.createContact(bodyOf(draft));
    toast({ title: t.created(nameOf(contact) ?? t.nameless) });
    await refreshContacts();
    void navigate({ to: "/contacts/$contactId", params: { contactId: contact.id } });
  };
  const isEmpty = ![draft.name, draft.email, draft.phone].some((text) => text.trim());
  return (
    <FormDialog title={t.new} action={t.create} disabled={isEmpty} onSubmit={submit} onClose={onClose}>
      {(error) => <Fields draft={draft} onDraft={setDraft} error={error} />}
    </FormDialog>
  );
}

/** In the version that is there when the dialog opens. */
export function EditContactDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useQuery(contactQuery(id));
  return data ? <EditForm key={data.tag} contact={data} onClose={onClose} /> : <SkeletonRows rows={1} />;
}

function EditForm({ contact: { value: contact, tag }, onClose }: { contact: Tagged<Contact>; onClose: () => void }) {
  const t = useText();
  const [draft, setDraft] = useState(draftOf(contact));
  const submit = async () => {
    await change.updateContact(contact.id, tag, bodyOf(draft));
    toast({ title: t.saved });
    await refreshContacts();
  };
  return (
    <FormDialog title={nameOf(contact) ?? t.nameless} action={t.save} onSubmit={submit} onClose={onClose}>
      {(error) => <Fields draft={draft} onDraft={setDraft} error={error} />}
    </FormDialog>
  );
}

interface FieldsProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  error: unknown;
}

function Fields({ draft, onDraft, error }: FieldsProps) {
  const t = useText();
  const { data: brands = [] } = useQuery(brandsQuery);
  const set = (part: Partial<Draft>) => onDraft({ ...draft, ...part });
  return (
    <>
      <Field label={t.name} error={fieldError(error, "/name")}>
        <Input value={draft.name} autoComplete="off" onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label={t.phone} hint={t.phoneHint} error={fieldError(error, "/phone")}>
        <Input
          type="tel"
          autoComplete="off"
          value={draft.phone}
          onChange={(event) => set({ phone: event.target.value })}
        />
      </Field>
      <Field label={t.email} error={fieldError(error, "/email")}>
        <Input
          type="email"
          autoComplete="off"
          value={draft.email}
          onChange={(event) => set({ email: event.target.value })}
        />
      </Field>
      <Field label={t.company} error={fieldError(error, "/company_id")}>
        <CompanyChoice none={t.noCompany} value={draft.company_id} onValueChange={(id) => set({ company_id: id })} />
      </Field>
      {brands.length > 0 && (
        <Field label={t.brand} error={fieldError(error, "/brand")}>
          <Select
            value={draft.brand}
            placeholder={t.noBrand}
            onValueChange={(brand) => set({ brand })}
            options={brands.map(({ key, name }) => ({ value: key, label: name }))}
          />
        </Field>
      )}
      <AttributeFields
        owner="contact"
        values={draft.custom_attributes}
        onChange={(values) => set({ custom_attributes: values })}
        error={error}
      />
    </>
  );
}
