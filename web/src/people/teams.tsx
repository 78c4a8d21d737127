/** Teams, and who is in them. */

import { useQuery } from "@tanstack/react-query";
import { Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Button, Card, type Column, EmptyState, ErrorState, Page, SkeletonRows, Table } from "@/ui";
import { type Team, teamsQuery, usersQuery } from "./queries";
import { TeamDrawer } from "./team-drawer";
import { NewTeamDialog } from "./team-form";
import { useText } from "./text";

export function TeamsPage() {
  const t = useText();
  const may = useMay()("manage_teams");
  const [{ team }, change] = useSearchState<{ team?: string }>();
  const [making, setMaking] = useState(false);
  const teams = useQuery(teamsQuery);
  const create = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      {t.teams.new}
    </Button>
  );
  return (
    <Page title={t.sections.teams} description={t.teams.description} actions={may && create}>
      <Card>
        {teams.isPending ? (
          <SkeletonRows />
        ) : !teams.data ? (
          <ErrorState error={teams.error} retry={teams.refetch} />
        ) : teams.data.length === 0 ? (
          <EmptyState icon={<UsersRound />} title={t.teams.empty}>
            {t.teams.emptyHint}
          </EmptyState>
        ) : (
          <TeamsTable teams={teams.data} onOpen={(id) => change({ team: id })} />
        )}
      </Card>
      {making && <NewTeamDialog onClose={() => setMaking(false)} onMade={(id) => change({ team: id })} />}
      {team && <TeamDrawer key={team} id={team} onClose={() => change({ team: undefined })} />}
    </Page>
  );
}

function TeamsTable({ teams, onOpen }: { teams: Team[]; onOpen: (id: string) => void }) {
  const t = useText();
  const { data: users = [] } = useQuery(usersQuery);
  const members = (id: string) => users.filter(({ team_ids: ids }) => ids.includes(id)).length;
  const columns: Column<Team>[] = [
    {
      key: "name",
      header: t.name,
      className: "min-w-40",
      cell: ({ id, name, description }) => (
        <>
          <button type="button" className="font-medium hover:underline" onClick={() => onOpen(id)}>
            {name}
          </button>
          {description && <span className="line-clamp-1 text-xs text-muted">{description}</span>}
        </>
      ),
    },
    {
      key: "members",
      header: t.teams.members,
      align: "right",
      className: "tabular-nums",
      cell: ({ id }) => members(id),
    },
    {
      key: "assignment",
      header: t.teams.assignment,
      wide: true,
      cell: ({ assignment }) => t.teams.assignments[assignment],
    },
    {
      key: "capacity",
      header: t.teams.capacity,
      wide: true,
      align: "right",
      cell: ({ capacity }) => capacity ?? <span className="text-muted">{t.teams.unlimited}</span>,
    },
    {
      key: "prefix",
      header: t.teams.prefix,
      wide: true,
      cell: ({ ticket_prefix: prefix }) => <code className="font-mono text-xs">{prefix}</code>,
    },
  ];
  return <Table label={t.sections.teams} columns={columns} rows={teams} rowKey={({ id }) => id} />;
}
