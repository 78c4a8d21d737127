import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { fieldError, listError, type Tagged, useMay } from "@/api";
import { FormDialog } from "@/people/form-dialog";
import { Button, confirm, Dialog, ErrorState, Field, Input, SkeletonRows, Textarea, toast, toastError } from "@/ui";
import { AttributeFields, type Values } from "./attribute-fields";
import { type Company, change, companyQuery, refreshContacts } from "./queries";
import { useText } from "./text";

/** In the version that is there when the dialog opens. */
export function EditCompany({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery(companyQuery(id));
  if (data) {
    return <CompanyDialog key={data.tag} company={data} onClose={onClose} />;
  }
  return (
    <Dialog open onOpenChange={onClose} title="…">
      {isPending ? <SkeletonRows rows={3} /> : <ErrorState error={error} retry={refetch} />}
    </Dialog>
  );
}

export function CompanyDialog({ company, onClose }: { company?: Tagged<Company>; onClose: () => void }) {
  const { companies: t, ...common } = useText();
  const may = useMay()("edit_contacts");
  const [name, setName] = useState(company?.value.name ?? "");
  const [domains, setDomains] = useState(company?.value.domains.join("\n") ?? "");
  const [values, setValues] = useState((company?.value.custom_attributes ?? {}) as Values);
  const submit = async () => {
    const lines = domains.split(/[\n,\s]+/).filter(Boolean);
    const body = { name: name.trim(), domains: lines, custom_attributes: values };
    await (company ? change.updateCompany(company.value.id, company.tag, body) : change.createCompany(body));
    toast({ title: common.saved });
    await refreshContacts();
  };
  return (
    <FormDialog
      title={company ? t.edit(company.value.name) : t.new}
      action={company ? common.save : common.create}
      disabled={!may || !name.trim()}
      onSubmit={submit}
      onClose={onClose}
      aside={company && may && <Delete company={company.value} onGone={onClose} />}
    >
      {(error) => (
        <>
          <Field label={common.name} required error={fieldError(error, "/name")}>
            <Input value={name} readOnly={!may} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.domains} hint={t.domainsHint} error={listError(error, "/domains")}>
            <Textarea rows={3} value={domains} readOnly={!may} onChange={(event) => setDomains(event.target.value)} />
          </Field>
          <AttributeFields owner="company" values={values} onChange={setValues} error={error} />
        </>
      )}
    </FormDialog>
  );
}

function Delete({ company: { id, name }, onGone }: { company: Company; onGone: () => void }) {
  const { companies: t, ...common } = useText();
  const remove = async () => {
    const question = { title: t.deleteQuestion(name), detail: t.deleteConsequence, action: common.delete };
    if (!(await confirm({ ...question, danger: true }))) {
      return;
    }
    try {
      await change.deleteCompany(id);
      toast({ title: t.deleted(name) });
      onGone();
    } catch (error) {
      toastError(error);
    }
    await refreshContacts();
  };
  return (
    <Button icon={<Trash2 />} onClick={() => void remove()}>
      {common.delete}
    </Button>
  );
}
