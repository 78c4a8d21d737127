import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Send, Trash2 } from "lucide-react";
import { useFormat } from "@/i18n";
import { Card, type Column, confirm, ErrorState, IconButton, Menu, MenuItem, Section, SkeletonRows, Table } from "@/ui";
import { attempt } from "./attempt";
import { useRoleName } from "./names";
import { change, type Invitation, invitationsQuery } from "./queries";
import { useText } from "./text";

/** Who has been asked to join and has not yet. */
export function Invitations() {
  const t = useText();
  const invitations = useQuery(invitationsQuery);
  return (
    <Section title={t.invitations.title}>
      {invitations.isPending ? (
        <SkeletonRows rows={2} />
      ) : !invitations.data ? (
        <ErrorState error={invitations.error} retry={invitations.refetch} />
      ) : invitations.data.length === 0 ? (
        <p className="text-sm text-muted">{t.invitations.none}</p>
      ) : (
        <Card>
          <InvitationsTable invitations={invitations.data} />
        </Card>
      )}
    </Section>
  );
}

function InvitationsTable({ invitations }: { invitations: Invitation[] }) {
  const t = useText();
  const { relative } = useFormat();
  const roleName = useRoleName();
  const columns: Column<Invitation>[] = [
    {
      key: "email",
      header: t.email,
      cell: ({ email, name }) => (
        <>
          <span className="font-medium">{email}</span>
          {name && <span className="block text-xs text-muted">{name}</span>}
        </>
      ),
    },
    { key: "role", header: t.role, cell: ({ role }) => roleName(role) },
    {
      key: "sent",
      header: t.users.state,
      cell: ({ sent_at: sent, expires_at: ends }) => (
        <span className="text-muted">
          {sent ? t.invitations.sent(relative(sent)) : t.invitations.notSent}
          {ends && <span className="block text-xs">{endsIn(ends)}</span>}
        </span>
      ),
    },
    { key: "menu", header: null, align: "right", cell: (invitation) => <InvitationMenu invitation={invitation} /> },
  ];
  const endsIn = (at: string) =>
    Date.parse(at) < Date.now() ? t.invitations.expired : t.invitations.expires(relative(at));
  return <Table label={t.invitations.title} columns={columns} rows={invitations} rowKey={({ id }) => id} />;
}

function InvitationMenu({ invitation: { id, email } }: { invitation: Invitation }) {
  const t = useText();
  const revoke = async () => {
    const { revokeQuestion, revokeConsequence: detail, revoke: action } = t.invitations;
    if (await confirm({ title: revokeQuestion(email), detail, action, danger: true })) {
      await attempt(() => change.revokeInvitation(id), t.invitations.revoked(email));
    }
  };
  return (
    <Menu align="end" trigger={<IconButton size="sm" label={t.menuOf(email)} icon={<Ellipsis />} />}>
      <MenuItem icon={<Send />} onSelect={() => void attempt(() => change.resend(id), t.invitations.resent(email))}>
        {t.invitations.resend}
      </MenuItem>
      <MenuItem icon={<Trash2 />} danger onSelect={() => void revoke()}>
        {t.invitations.revoke}
      </MenuItem>
    </Menu>
  );
}
