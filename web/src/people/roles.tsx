/** What people may do: built-in roles, and those of one's own making. */

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Badge, Button, Card, type Column, ErrorState, Page, SkeletonRows, Table } from "@/ui";
import { useRoleName } from "./names";
import { type Role, rolesQuery, usersQuery } from "./queries";
import { EditRole, NewRole } from "./role-form";
import { useText } from "./text";

export function RolesPage() {
  const t = useText();
  const may = useMay()("manage_roles");
  const [{ role: opened }, change] = useSearchState<{ role?: string }>();
  const [making, setMaking] = useState<{ like?: Role }>();
  const roles = useQuery(rolesQuery);
  const role = roles.data?.find(({ id }) => id === opened);
  const close = () => change({ role: undefined });
  const create = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking({})}>
      {t.roles.new}
    </Button>
  );
  return (
    <Page title={t.sections.roles} description={t.roles.description} actions={may && create}>
      <Card>
        {roles.isPending ? (
          <SkeletonRows />
        ) : !roles.data ? (
          <ErrorState error={roles.error} retry={roles.refetch} />
        ) : (
          <RolesTable roles={roles.data} onOpen={(id) => change({ role: id })} />
        )}
      </Card>
      {making && <NewRole like={making.like} onClose={() => setMaking(undefined)} />}
      {role && (
        <EditRole
          key={role.id}
          role={role}
          onClose={close}
          onCopy={() => {
            close();
            setMaking({ like: role });
          }}
        />
      )}
    </Page>
  );
}

function RolesTable({ roles, onOpen }: { roles: Role[]; onOpen: (id: string) => void }) {
  const t = useText();
  const roleName = useRoleName();
  const { data: users = [] } = useQuery(usersQuery);
  const people = (id: string) => users.filter(({ role, active }) => active && role === id).length;
  const columns: Column<Role>[] = [
    {
      key: "name",
      header: t.name,
      cell: ({ id, description, built_in: builtIn }) => (
        <>
          <span className="flex items-center gap-2">
            <button type="button" className="font-medium hover:underline" onClick={() => onOpen(id)}>
              {roleName(id)}
            </button>
            {builtIn && <Badge>{t.roles.builtIn}</Badge>}
          </span>
          {description && <span className="line-clamp-1 text-xs text-muted">{description}</span>}
        </>
      ),
    },
    {
      key: "permissions",
      header: t.roles.allows,
      align: "right",
      className: "tabular-nums",
      cell: ({ permissions }) => permissions.length,
    },
    { key: "people", header: t.title, align: "right", className: "tabular-nums", cell: ({ id }) => people(id) },
  ];
  return <Table label={t.sections.roles} columns={columns} rows={roles} rowKey={({ id }) => id} />;
}
