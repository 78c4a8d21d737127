/** Somebody new: by a link in an e-mail, or with a first password that is told them. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldError } from "@/api";
import { Checkbox, Combobox, Field, Input, Select, toast } from "@/ui";
import { FormDialog } from "./form-dialog";
import { useRoleName } from "./names";
import { change, refreshPeople, rolesQuery, teamsQuery } from "./queries";
import { useText } from "./text";

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const { data: roles = [] } = useQuery(rolesQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const roleName = useRoleName();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState("agent");
  const [teamIds, setTeamIds] = useState<string[]>([]);
  const [withPassword, setWithPassword] = useState(false);
  const [password, setPassword] = useState("");
  const person = { email: email.trim(), role, team_ids: teamIds };
  const submit = async () => {
    if (withPassword) {
      await change.createUser({ ...person, name: name.trim(), password });
      toast({ title: t.users.made(name) });
    } else {
      await change.invite({ ...person, name: name.trim() || null });
      toast({ title: t.users.invited(email) });
    }
    await refreshPeople();
  };
  return (
    <FormDialog
      title={t.users.invite}
      description={withPassword ? undefined : t.users.inviteHint}
      action={withPassword ? t.users.add : t.users.inviteAction}
      disabled={!email.trim() || (withPassword && (!name.trim() || !password))}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={t.email} required error={fieldError(error, "/email")}>
            <Input type="email" autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} />
          </Field>
          <Field label={t.name} hint={t.users.nameHint} required={withPassword} error={fieldError(error, "/name")}>
            <Input autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.role} error={fieldError(error, "/role")}>
            <Select
              value={role}
              onValueChange={setRole}
              options={roles.map(({ id }) => ({ value: id, label: roleName(id) }))}
            />
          </Field>
          {teams.length > 0 && (
            <Field label={t.teamsOf} error={fieldError(error, "/team_ids")}>
              <Combobox
                multiple
                label={t.teamsOf}
                value={teamIds}
                onValueChange={setTeamIds}
                options={teams.map((team) => ({ value: team.id, label: team.name }))}
              />
            </Field>
          )}
          <Checkbox label={t.users.withPassword} checked={withPassword} onCheckedChange={setWithPassword} />
          {withPassword && (
            <Field label={t.users.password} hint={t.users.passwordHint} required error={fieldError(error, "/password")}>
              <Input
                type="password"
                autoComplete="new-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            </Field>
          )}
        </>
      )}
    </FormDialog>
  );
}
