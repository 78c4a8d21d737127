import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { Avatar, Badge, Button, Combobox, ErrorState, IconButton, Input, Section, SkeletonRows } from "@/ui";
import { attempt } from "./attempt";
import { change, type Member, membersQuery, type Team, usersQuery } from "./queries";
import { useText } from "./text";

export function TeamMembers({ team }: { team: Team }) {
  const { teams: t } = useText();
  const may = useMay()("manage_teams");
  const { data: members, error, isPending, refetch } = useQuery(membersQuery(team.id));
  return (
    <Section
      title={t.members}
      description={t.leads}
      actions={may && members && <AddMember team={team} members={members} />}
    >
      {isPending ? (
        <SkeletonRows rows={3} />
      ) : !members ? (
        <ErrorState error={error} retry={refetch} />
      ) : members.length === 0 ? (
        <p className="text-sm text-muted">{t.noMembers}</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
          {members.map((member) => (
            <MemberRow key={member.user_id} team={team} member={member} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function MemberRow({ team, member }: { team: Team; member: Member }) {
  const { teams: t, ...common } = useText();
  const may = useMay()("manage_teams");
  const { user_id: id, name, active, capacity } = member;
  const [written, setWritten] = useState(capacity?.toString() ?? "");
  const add = () => change.putMember(team.id, id, capacity ?? null);
  const remove = () =>
    attempt(
      () => change.removeMember(team.id, id),
      t.removed(name),
      () => void attempt(add, t.added(name)),
    );
  const keep = () => {
    const next = written ? Number(written) : null;
    if (next !== (capacity ?? null)) {
      void attempt(() => change.putMember(team.id, id, next), common.saved);
    }
  };
  return (
    <li className="flex items-center gap-2.5 px-3 py-2 text-sm">
      <Avatar name={name} />
      <span className="flex min-w-0 flex-1 items-center gap-2">
        <span className="truncate font-medium">{name}</span>
        {!active && <Badge tone="warning">{t.inactive}</Badge>}
      </span>
      <div className="w-28 shrink-0">
        <Input
          type="number"
          min={1}
          aria-label={t.memberCapacity(name)}
          placeholder={t.asTeam}
          readOnly={!may}
          value={written}
          onChange={(event) => setWritten(event.target.value)}
          onBlur={keep}
          onKeyDown={(event) => event.key === "Enter" && keep()}
        />
      </div>
      {may && <IconButton size="sm" label={t.removeMember(name)} icon={<X />} onClick={() => void remove()} />}
    </li>
  );
}

function AddMember({ team, members }: { team: Team; members: Member[] }) {
  const { teams: t } = useText();
  const { data: users = [] } = useQuery(usersQuery);
  const others = users.filter(({ id, active }) => active && !members.some(({ user_id }) => user_id === id));
  return (
    <Combobox
      label={t.addMember}
      value={null}
      trigger={
        <Button size="sm" icon={<Plus />}>
          {t.addMember}
        </Button>
      }
      onValueChange={(id) => {
        const user = others.find((one) => one.id === id);
        if (user) void attempt(() => change.putMember(team.id, user.id, null), t.added(user.name));
      }}
      options={others.map(({ id, name, email }) => ({ value: id, label: name, hint: email }))}
    />
  );
}
