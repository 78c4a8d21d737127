import { ShieldCheck } from "lucide-react";
import { useMe } from "@/api";
import { Avatar, Badge, type Column, RelativeTime, Table } from "@/ui";
import { useRoleName, useTeamName } from "./names";
import type { User } from "./queries";
import { useText } from "./text";

export function UsersTable({ users, onOpen }: { users: User[]; onOpen: (id: string) => void }) {
  const t = useText();
  const me = useMe();
  const [roleName, teamName] = [useRoleName(), useTeamName()];
  const columns: Column<User>[] = [
    {
      key: "name",
      header: t.name,
      cell: ({ id, name, email, active }) => (
        <span className="flex min-w-52 items-center gap-2.5">
          <Avatar name={name} />
          <span className="min-w-0">
            <span className="flex items-center gap-1.5">
              <button type="button" className="truncate font-medium hover:underline" onClick={() => onOpen(id)}>
                {name}
              </button>
              {id === me.user.id && <Badge>{t.you}</Badge>}
              {!active && <Badge tone="warning">{t.users.inactive}</Badge>}
            </span>
            <span className="block truncate text-xs text-muted">{email}</span>
          </span>
        </span>
      ),
    },
    { key: "role", header: t.role, cell: ({ role }) => roleName(role) },
    {
      key: "teams",
      header: t.teamsOf,
      wide: true,
      cell: ({ team_ids: ids }) => <span className="text-muted">{ids.map(teamName).join(", ") || "–"}</span>,
    },
    {
      key: "factor",
      header: t.users.secondFactor,
      wide: true,
      cell: ({ has_second_factor: has }) =>
        has ? (
          <Badge tone="success" icon={<ShieldCheck />}>
            {t.users.hasSecondFactor}
          </Badge>
        ) : (
          <span className="text-muted">{t.users.noSecondFactor}</span>
        ),
    },
    {
      key: "created",
      header: t.created,
      wide: true,
      align: "right",
      className: "whitespace-nowrap text-muted",
      cell: ({ created_at: at }) => <RelativeTime at={at} />,
    },
  ];
  return <Table label={t.sections.users} columns={columns} rows={users} rowKey={({ id }) => id} />;
}
