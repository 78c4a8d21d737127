/** The permissions in groups, each with what it allows in words. */

import { type Permission, useMay } from "@/api";
import { Checkbox } from "@/ui";
import { useText } from "./text";

const GROUPS = {
  conversations: [
    "work_conversations",
    "assign_conversations",
    "read_team_conversations",
    "read_all_conversations",
    "merge_conversations",
    "review_conversations",
    "delete_conversations",
    "manage_replies",
    "manage_tags",
  ],
  contacts: ["edit_contacts", "merge_contacts", "import_data"],
  automation: [
    "read_rules",
    "manage_rules",
    "manage_connections",
    "install_plugins",
    "replay_deliveries",
    "operate_queue",
  ],
  administration: ["manage_users", "manage_roles", "manage_teams", "manage_api_keys", "manage_settings", "read_audit"],
} as const satisfies Record<string, readonly Permission[]>;

export const ALL_PERMISSIONS: readonly Permission[] = Object.values(GROUPS).flat();

interface Props {
  value: readonly Permission[];
  onChange: (value: Permission[]) => void;
  readOnly?: boolean;
}

/** Nobody gives what they do not have: that cannot be chosen, and says why. */
export function PermissionFields({ value, onChange, readOnly = false }: Props) {
  const t = useText();
  const may = useMay();
  const groups = Object.entries(GROUPS) as [keyof typeof GROUPS, readonly Permission[]][];
  return (
    <div className="flex flex-col gap-4">
      {groups.map(([group, permissions]) => (
        <fieldset key={group} className="flex flex-col gap-2">
          <legend className="pb-1 text-sm font-medium">{t.permissionGroups[group]}</legend>
          {permissions.map((permission) => (
            <Checkbox
              key={permission}
              label={t.permissions[permission]}
              hint={readOnly || may(permission) ? undefined : t.roles.notYours}
              disabled={readOnly || !may(permission)}
              checked={value.includes(permission)}
              onCheckedChange={(on) =>
                onChange(on ? [...value, permission] : value.filter((other) => other !== permission))
              }
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}
