import { useMutation, useQuery } from "@tanstack/react-query";
import { FileText, RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";
import { type components, useMay } from "@/api";
import {
  Badge,
  Button,
  Card,
  type Column,
  EmptyState,
  ErrorNote,
  ErrorState,
  RelativeTime,
  SkeletonRows,
  Table,
} from "@/ui";
import { syncTemplates } from "./changes";
import { templatesQuery } from "./queries";
import { useText } from "./text";

type Template = components["schemas"]["Template"];

/** The message templates of a connection, as they were last read from its provider. */
export function TemplatesTab({ connection }: { connection: string }) {
  const t = useText();
  const may = useMay();
  // What the list was read at when somebody asked for a new one.
  const [asked, setAsked] = useState<{ before: string | null }>();
  const { data, error, isPending, refetch } = useQuery(templatesQuery(connection, asked !== undefined));
  const isRead = asked !== undefined && (data?.synced_at ?? null) !== asked.before;
  useEffect(() => {
    if (isRead) setAsked(undefined);
  }, [isRead]);
  const sync = useMutation({
    mutationFn: () => syncTemplates(connection),
    onSuccess: () => setAsked({ before: data?.synced_at ?? null }),
  });
  const button = may("manage_connections") && (
    <Button icon={<RefreshCw />} busy={sync.isPending || asked !== undefined} onClick={() => sync.mutate()}>
      {t.templates.sync}
    </Button>
  );
  if (!data) return isPending ? <SkeletonRows /> : <ErrorState error={error} retry={refetch} />;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
        {button}
        <span role="status">
          {asked ? t.templates.syncing : data.synced_at ? <Read at={data.synced_at} /> : t.templates.never}
        </span>
      </div>
      {sync.error && <ErrorNote error={sync.error} />}
      <Card>
        {data.items.length === 0 ? (
          <EmptyState icon={<FileText />} title={t.templates.empty}>
            {t.templates.emptyHint}
          </EmptyState>
        ) : (
          <List templates={data.items} />
        )}
      </Card>
    </div>
  );
}

function Read({ at }: { at: string }) {
  const t = useText();
  return (
    <>
      {`${t.templates.synced} `}
      <RelativeTime at={at} />
    </>
  );
}

function List({ templates }: { templates: Template[] }) {
  const t = useText();
  const columns: Column<Template>[] = [
    { key: "name", header: t.templates.name, cell: ({ name }) => <span className="font-medium">{name}</span> },
    { key: "language", header: t.templates.language, cell: ({ language }) => language },
    {
      key: "status",
      header: t.templates.status,
      cell: ({ status }) => (
        <Badge tone={status.toLowerCase() === "approved" ? "success" : "warning"}>
          {t.templates.statuses[status.toLowerCase()] ?? status}
        </Badge>
      ),
    },
    { key: "category", header: t.templates.category, cell: ({ category }) => category, wide: true },
    {
      key: "body",
      header: t.templates.body,
      cell: ({ body }) => <span className="whitespace-pre-line text-muted">{body}</span>,
      className: "min-w-64",
    },
  ];
  return (
    <Table
      label={t.templates.label}
      columns={columns}
      rows={templates}
      rowKey={({ name, language }) => `${name} ${language}`}
    />
  );
}
