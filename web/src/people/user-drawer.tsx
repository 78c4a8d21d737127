/** One person: name, role, teams, access, and where they are signed in. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldError, useMay, useMe } from "@/api";
import { Button, Combobox, Drawer, ErrorNote, ErrorState, Field, Input, Select, SkeletonRows, toast } from "@/ui";
import { attempt } from "./attempt";
import { useRoleName, useTeamName } from "./names";
import { change, refreshPeople, rolesQuery, teamsQuery, type User, userQuery } from "./queries";
import { useText } from "./text";
import { UserAccess } from "./user-access";
import { UserSessions } from "./user-sessions";

export function UserDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery(userQuery(id));
  const may = useMay()("manage_users");
  return (
    <Drawer open onOpenChange={onClose} title={data?.value.name ?? "…"} description={data?.value.email}>
      {isPending ? (
        <SkeletonRows />
      ) : !data ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <div className="flex flex-col gap-8">
          {/* Another version begins another form. */}
          <Details key={data.tag} user={data.value} tag={data.tag} />
          <TeamsOf user={data.value} />
          {may && <UserAccess user={data.value} tag={data.tag} />}
          {may && <UserSessions user={data.value} />}
        </div>
      )}
    </Drawer>
  );
}

function Details({ user, tag }: { user: User; tag: string }) {
  const t = useText();
  const may = useMay()("manage_users");
  const me = useMe();
  const roleName = useRoleName();
  const { data: roles = [] } = useQuery(rolesQuery);
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState(user.role);
  const save = useMutation({
    mutationFn: () =>
      change.updateUser(user.id, tag, {
        name: name === user.name ? undefined : name.trim(),
        role: role === user.role ? undefined : role,
      }),
    onSuccess: () => toast({ title: t.saved }),
    onSettled: refreshPeople,
  });
  const changed = name !== user.name || role !== user.role;
  const own = user.id === me.user.id;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field label={t.name} required error={fieldError(save.error, "/name")}>
        <Input value={name} readOnly={!may && !own} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t.role} error={fieldError(save.error, "/role")}>
        <Select
          value={role}
          disabled={!may}
          onValueChange={setRole}
          options={roles.map(({ id }) => ({ value: id, label: roleName(id) }))}
        />
      </Field>
      {save.isError && <ErrorNote error={save.error} />}
      {changed && (
        <div>
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!name.trim()}>
            {t.save}
          </Button>
        </div>
      )}
    </form>
  );
}

/** Memberships change at once, one by one. */
function TeamsOf({ user }: { user: User }) {
  const t = useText();
  const may = useMay()("manage_teams");
  const teamName = useTeamName();
  const { data: teams = [] } = useQuery(teamsQuery);
  const setTeams = (next: string[]) => {
    const added = next.find((id) => !user.team_ids.includes(id));
    const removed = user.team_ids.find((id) => !next.includes(id));
    if (added) {
      void attempt(() => change.putMember(added, user.id, null), `${teamName(added)}: ${t.teams.added(user.name)}`);
    } else if (removed) {
      const said = `${teamName(removed)}: ${t.teams.removed(user.name)}`;
      void attempt(() => change.removeMember(removed, user.id), said);
    }
  };
  return (
    <Field label={t.teamsOf}>
      <Combobox
        multiple
        label={t.teamsOf}
        placeholder="–"
        disabled={!may}
        value={user.team_ids}
        onValueChange={setTeams}
        options={teams.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </Field>
  );
}
