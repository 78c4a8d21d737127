/** Keys for machines. */

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useFormat } from "@/i18n";
import {
  Badge,
  Button,
  Card,
  type Column,
  confirm,
  EmptyState,
  ErrorState,
  Page,
  RelativeTime,
  SkeletonRows,
  Table,
} from "@/ui";
import { attempt } from "./attempt";
import { NewKey } from "./new-key";
import { type ApiKey, apiKeysQuery, change, usersQuery } from "./queries";
import { useText } from "./text";

export function ApiKeysPage() {
  const t = useText();
  const [making, setMaking] = useState(false);
  const keys = useQuery(apiKeysQuery);
  const create = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      {t.keys.new}
    </Button>
  );
  return (
    <Page title={t.sections.apiKeys} description={t.keys.description} actions={create}>
      <Card>
        {keys.isPending ? (
          <SkeletonRows />
        ) : !keys.data ? (
          <ErrorState error={keys.error} retry={keys.refetch} />
        ) : keys.data.length === 0 ? (
          <EmptyState icon={<KeyRound />} title={t.keys.empty}>
            {t.keys.emptyHint}
          </EmptyState>
        ) : (
          <KeysTable keys={keys.data} />
        )}
      </Card>
      {making && <NewKey onClose={() => setMaking(false)} />}
    </Page>
  );
}

function KeysTable({ keys }: { keys: ApiKey[] }) {
  const t = useText();
  const { date } = useFormat();
  const { data: users = [] } = useQuery(usersQuery);
  const revoke = async ({ id, name }: ApiKey) => {
    const question = { title: t.keys.revokeQuestion(name), detail: t.keys.revokeConsequence, action: t.keys.revoke };
    if (await confirm({ ...question, danger: true })) {
      await attempt(() => change.revokeKey(id), t.keys.revoked(name));
    }
  };
  const columns: Column<ApiKey>[] = [
    {
      key: "name",
      header: t.name,
      cell: ({ name, scopes }) => (
        <>
          <span className="font-medium">{name}</span>
          <span className="line-clamp-1 font-mono text-xs text-muted">{scopes.join(", ")}</span>
        </>
      ),
    },
    {
      key: "maker",
      header: t.keys.maker,
      wide: true,
      cell: ({ user_id: id }) => users.find((user) => user.id === id)?.name ?? "–",
    },
    {
      key: "used",
      header: t.keys.lastUsed,
      wide: true,
      className: "whitespace-nowrap text-muted",
      cell: ({ last_used_at: at }) => (at ? <RelativeTime at={at} /> : t.keys.neverUsed),
    },
    {
      key: "expires",
      header: t.keys.expires,
      className: "whitespace-nowrap",
      cell: ({ expires_at: at }) =>
        !at ? (
          <span className="text-muted">{t.keys.never}</span>
        ) : Date.parse(at) < Date.now() ? (
          <Badge tone="warning">{t.keys.expired}</Badge>
        ) : (
          date(at)
        ),
    },
    {
      key: "revoke",
      header: null,
      align: "right",
      cell: (key) => (
        <Button size="sm" aria-label={`${t.keys.revoke}: ${key.name}`} onClick={() => void revoke(key)}>
          {t.keys.revoke}
        </Button>
      ),
    },
  ];
  return <Table label={t.sections.apiKeys} columns={columns} rows={keys} rowKey={({ id }) => id} />;
}
