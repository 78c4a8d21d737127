/** The sections of these pages, and who may see each. */

import { type Permission, useMay } from "@/api";
import { useText } from "./text";

export interface Section {
  to: string;
  label: string;
  group: "people" | "workspace";
  /** Any of them opens it; none needed if empty. */
  permissions: Permission[];
}

export function useSections(): Section[] {
  const { sections: t } = useText();
  const may = useMay();
  const all: Section[] = [
    { to: "/people/users", label: t.users, group: "people", permissions: ["manage_users"] },
    { to: "/people/teams", label: t.teams, group: "people", permissions: ["manage_teams", "manage_users"] },
    { to: "/people/roles", label: t.roles, group: "people", permissions: ["manage_roles", "manage_users"] },
    { to: "/people/api-keys", label: t.apiKeys, group: "people", permissions: ["manage_api_keys"] },
    { to: "/people/audit-log", label: t.audit, group: "people", permissions: ["read_audit"] },
    { to: "/people/settings", label: t.settings, group: "workspace", permissions: ["manage_settings"] },
    { to: "/people/tags", label: t.tags, group: "workspace", permissions: ["manage_tags"] },
    { to: "/people/attributes", label: t.attributes, group: "workspace", permissions: ["manage_settings"] },
    { to: "/people/brands", label: t.brands, group: "workspace", permissions: ["manage_settings"] },
    { to: "/people/canned-responses", label: t.canned, group: "workspace", permissions: ["work_conversations"] },
    { to: "/people/macros", label: t.macros, group: "workspace", permissions: ["work_conversations"] },
  ];
  return all.filter(({ permissions }) => permissions.some(may));
}
