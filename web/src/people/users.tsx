/** Everybody with an account, and who is invited. */

import { useQuery } from "@tanstack/react-query";
import { Search, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Button, Card, EmptyState, ErrorState, Input, Page, SkeletonRows, Switch } from "@/ui";
import { Invitations } from "./invitations";
import { InviteDialog } from "./invite-dialog";
import { type User, usersQuery } from "./queries";
import { useText } from "./text";
import { UserDrawer } from "./user-drawer";
import { UsersTable } from "./users-table";

export function UsersPage() {
  const t = useText();
  const may = useMay()("manage_users");
  const [{ user, search = "", inactive }, change] = useSearchState<{
    user?: string;
    search?: string;
    inactive?: string;
  }>();
  const [inviting, setInviting] = useState(false);
  const users = useQuery(usersQuery);
  const shown = users.data?.filter((one) => (inactive || one.active) && matches(one, search)) ?? [];
  return (
    <Page
      title={t.sections.users}
      description={t.users.description}
      actions={
        may && (
          <Button variant="primary" icon={<UserPlus />} onClick={() => setInviting(true)}>
            {t.users.invite}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-6">
        <Card>
          <div className="flex flex-wrap items-center gap-3 border-b border-line p-3">
            <div className="w-64">
              <Input
                type="search"
                icon={<Search />}
                aria-label={t.search}
                placeholder={t.search}
                value={search}
                onChange={(event) => change({ search: event.target.value })}
              />
            </div>
            <Switch
              label={t.users.showInactive}
              checked={Boolean(inactive)}
              onCheckedChange={(on) => change({ inactive: on ? "yes" : undefined })}
            />
            <span className="flex-1" />
            {users.data && <span className="text-sm text-muted">{t.users.count(shown.length)}</span>}
          </div>
          {users.isPending ? (
            <SkeletonRows />
          ) : !users.data ? (
            <ErrorState error={users.error} retry={users.refetch} />
          ) : shown.length === 0 ? (
            <EmptyState icon={<Users />} title={search ? t.nobodyFound : t.users.empty}>
              {!search && t.users.emptyHint}
            </EmptyState>
          ) : (
            <UsersTable users={shown} onOpen={(id) => change({ user: id })} />
          )}
        </Card>
        {may && <Invitations />}
      </div>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {user && <UserDrawer key={user} id={user} onClose={() => change({ user: undefined })} />}
    </Page>
  );
}

const matches = ({ name, email }: User, search: string) =>
  `${name} ${email}`.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase());
