import { useQuery } from "@tanstack/react-query";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { fieldError, type Permission, useMay } from "@/api";
import { Button, confirm, Drawer, ErrorState, Field, Input, SkeletonRows, Textarea, toast } from "@/ui";
import { attempt } from "./attempt";
import { FormDialog } from "./form-dialog";
import { useRoleName } from "./names";
import { PermissionFields } from "./permissions";
import { change, type Role, refreshPeople, roleQuery } from "./queries";
import { useText } from "./text";

interface Draft {
  name: string;
  description: string;
  permissions: Permission[];
}

interface FieldsProps {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  error: unknown;
}

function RoleFields({ draft, onChange, error }: FieldsProps) {
  const t = useText();
  return (
    <>
      <Field label={t.name} required error={fieldError(error, "/name")}>
        <Input value={draft.name} maxLength={50} onChange={(event) => onChange({ name: event.target.value })} />
      </Field>
      <Field label={t.description} error={fieldError(error, "/description")}>
        <Textarea
          rows={2}
          value={draft.description}
          onChange={(event) => onChange({ description: event.target.value })}
        />
      </Field>
      <PermissionFields value={draft.permissions} onChange={(permissions) => onChange({ permissions })} />
    </>
  );
}

/** A new role, perhaps like another: then with as much of it as one may give. */
export function NewRole({ like, onClose }: { like?: Role; onClose: () => void }) {
  const { roles: t } = useText();
  const may = useMay();
  const roleName = useRoleName();
  const [draft, setDraft] = useState<Draft>({
    name: like ? t.copyName(roleName(like.id)) : "",
    description: like?.description ?? "",
    permissions: like ? like.permissions.filter(may) : ["work_conversations"],
  });
  const submit = async () => {
    const role = await change.createRole({ ...draft, name: draft.name.trim() });
    toast({ title: t.created(role.name) });
    await refreshPeople();
  };
  return (
    <FormDialog
      drawer
      title={t.new}
      action={t.create}
      disabled={!draft.name.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <RoleFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} error={error} />
      )}
    </FormDialog>
  );
}

interface EditProps {
  role: Role;
  onClose: () => void;
  onCopy: () => void;
}

/** A built-in role to be read, or one's own to be changed. */
export function EditRole(props: EditProps) {
  const { roles: t } = useText();
  const may = useMay()("manage_roles");
  const roleName = useRoleName();
  const { role, onClose, onCopy } = props;
  if (!role.built_in && may) {
    return <OwnRole {...props} />;
  }
  const footer = may && (
    <Button icon={<Copy />} onClick={onCopy}>
      {t.copy}
    </Button>
  );
  return (
    <Drawer open onOpenChange={onClose} title={roleName(role.id)} description={role.description} footer={footer}>
      {role.built_in && <p className="pb-4 text-sm text-muted">{t.builtInHint}</p>}
      <PermissionFields readOnly value={role.permissions} onChange={() => undefined} />
    </Drawer>
  );
}

function OwnRole({ role, onClose, onCopy }: EditProps) {
  const { data, error, isPending, refetch } = useQuery(roleQuery(role.id));
  if (data) {
    return <RoleForm key={data.tag} role={data.value} tag={data.tag} onClose={onClose} onCopy={onCopy} />;
  }
  return (
    <Drawer open onOpenChange={onClose} title={role.name}>
      {isPending ? <SkeletonRows /> : <ErrorState error={error} retry={refetch} />}
    </Drawer>
  );
}

function RoleForm({ role, tag, onClose, onCopy }: EditProps & { tag: string }) {
  const { roles: t, ...common } = useText();
  const { name, description, permissions } = role;
  const [draft, setDraft] = useState<Draft>({ name, description, permissions });
  const remove = async () => {
    const question = { title: t.deleteQuestion(name), detail: t.deleteConsequence, action: common.delete };
    if (!(await confirm({ ...question, danger: true }))) {
      return;
    }
    if (await attempt(() => change.deleteRole(role.id, tag), t.deleted(name))) {
      onClose();
    }
  };
  return (
    <FormDialog
      drawer
      title={name}
      action={common.save}
      disabled={!draft.name.trim()}
      onSubmit={async () => {
        await change.updateRole(role.id, tag, draft);
        toast({ title: common.saved });
        await refreshPeople();
      }}
      onClose={onClose}
      aside={
        <>
          <Button icon={<Trash2 />} onClick={() => void remove()}>
            {common.delete}
          </Button>
          <Button icon={<Copy />} onClick={onCopy}>
            {t.copy}
          </Button>
        </>
      }
    >
      {(error) => (
        <RoleFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} error={error} />
      )}
    </FormDialog>
  );
}
