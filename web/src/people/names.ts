/** What roles and people are called. */

import { useQuery } from "@tanstack/react-query";
import { rolesQuery, teamsQuery } from "./queries";
import { useText } from "./text";

/** Built-in roles have names in the reader's language; the others are called what they were given. */
export function useRoleName(): (id: string) => string {
  const t = useText();
  const { data: roles } = useQuery(rolesQuery);
  return (id) => t.roles.names[id] ?? roles?.find((role) => role.id === id)?.name ?? id;
}

export function useTeamName(): (id: string) => string {
  const { data: teams } = useQuery(teamsQuery);
  return (id) => teams?.find((team) => team.id === id)?.name ?? id;
}
