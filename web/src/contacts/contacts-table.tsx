import { Link, useNavigate } from "@tanstack/react-router";
import { Avatar, Badge, type Column, RelativeTime, Table } from "@/ui";
import type { ListedContact } from "./queries";
import { useText } from "./text";

/** What somebody is called, or reached by, if they have no name. */
export const nameOf = ({ name, email, phone }: Pick<ListedContact, "name" | "email" | "phone">): string | undefined =>
  name || email || phone || undefined;

export function ContactsTable({ contacts }: { contacts: ListedContact[] }) {
  const t = useText();
  const navigate = useNavigate();
  const columns: Column<ListedContact>[] = [
    {
      key: "name",
      header: t.name,
      className: "min-w-48",
      cell: (contact) => (
        <span className="flex items-center gap-2.5">
          <Avatar name={nameOf(contact) ?? "?"} />
          <span className="flex min-w-0 items-center gap-1.5">
            <Link
              to="/contacts/$contactId"
              params={{ contactId: contact.id }}
              className="truncate font-medium text-ink hover:underline"
            >
              {nameOf(contact) ?? t.nameless}
            </Link>
            {contact.blocked_at && <Badge tone="danger">{t.blocked}</Badge>}
            {contact.opted_out_at && <Badge tone="warning">{t.optedOut}</Badge>}
          </span>
        </span>
      ),
    },
    { key: "phone", header: t.phone, className: "whitespace-nowrap", cell: ({ phone }) => phone ?? t.notSet },
    { key: "email", header: t.email, wide: true, cell: ({ email }) => email ?? t.notSet },
    {
      key: "company",
      header: t.company,
      wide: true,
      cell: ({ company }) => <span className="text-muted">{company?.name ?? t.notSet}</span>,
    },
    {
      key: "activity",
      header: t.lastActivity,
      align: "right",
      wide: true,
      className: "whitespace-nowrap text-muted",
      cell: ({ last_activity_at: at }) => (at ? <RelativeTime at={at} /> : t.notSet),
    },
  ];
  return (
    <Table
      label={t.title}
      columns={columns}
      rows={contacts}
      rowKey={({ id }) => id}
      onRow={({ id }) => void navigate({ to: "/contacts/$contactId", params: { contactId: id } })}
    />
  );
}
