/** Where one can go from everywhere, and who may. */

import { Activity, Cable, Contact, Inbox, type LucideIcon, Users, Workflow } from "lucide-react";
import { type Permission, useMe } from "@/api";
import { useShellText } from "./text";

export interface Place {
  to: "/inbox" | "/contacts" | "/connections" | "/rules" | "/operations" | "/people";
  label: string;
  icon: LucideIcon;
  /** Pressed after `g`. */
  key: string;
  /** Any of them opens it; none needed if empty. */
  permissions: Permission[];
}

export function usePlaces(): Place[] {
  const t = useShellText();
  const { permissions } = useMe();
  const all: Place[] = [
    { to: "/inbox", label: t.inbox, icon: Inbox, key: "i", permissions: [] },
    {
      to: "/contacts",
      label: t.contacts,
      icon: Contact,
      key: "c",
      permissions: ["work_conversations", "edit_contacts"],
    },
    {
      to: "/connections",
      label: t.connections,
      icon: Cable,
      key: "n",
      permissions: ["manage_connections", "install_plugins", "replay_deliveries"],
    },
    { to: "/rules", label: t.rules, icon: Workflow, key: "r", permissions: ["read_rules", "manage_rules"] },
    { to: "/operations", label: t.operations, icon: Activity, key: "o", permissions: ["operate_queue"] },
    {
      to: "/people",
      label: t.people,
      icon: Users,
      key: "p",
      permissions: [
        "manage_users",
        "manage_roles",
        "manage_teams",
        "manage_api_keys",
        "read_audit",
        "manage_settings",
        "manage_tags",
        "manage_replies",
      ],
    },
  ];
  return all.filter(
    (place) => place.permissions.length === 0 || place.permissions.some((p) => permissions.includes(p)),
  );
}
