import { useFormat } from "@/i18n";
import { type Column, Table } from "@/ui";
import type { AuditEntry } from "./queries";
import { useText } from "./text";

export function AuditTable({ entries, onOpen }: { entries: AuditEntry[]; onOpen: (id: string) => void }) {
  const t = useText();
  const { dateTime } = useFormat();
  const columns: Column<AuditEntry>[] = [
    {
      key: "when",
      header: t.audit.when,
      className: "whitespace-nowrap text-muted",
      cell: ({ occurred_at: at }) => dateTime(at),
    },
    { key: "who", header: t.audit.who, cell: (entry) => <Doer entry={entry} /> },
    {
      key: "what",
      header: t.audit.what,
      cell: ({ id, action }) => (
        <button type="button" className="font-mono text-xs hover:underline" onClick={() => onOpen(id)}>
          {action}
        </button>
      ),
    },
    {
      key: "target",
      header: t.audit.target,
      wide: true,
      cell: (entry) => <span className="text-muted">{targetName(entry)}</span>,
    },
  ];
  return (
    <Table
      label={t.sections.audit}
      columns={columns}
      rows={entries}
      rowKey={({ id }) => id}
      onRow={({ id }) => onOpen(id)}
    />
  );
}

export function Doer({ entry }: { entry: AuditEntry }) {
  const t = useText();
  return (
    <>
      {entry.user_name ?? entry.user_id}
      {entry.api_key_id && (
        <span className="block text-xs text-muted">{t.audit.byKey(entry.api_key_name ?? entry.api_key_id)}</span>
      )}
    </>
  );
}

/** What the thing is called, where its values say so; otherwise its id. */
export function targetName({ before, after, target_id: id }: AuditEntry): string {
  const values: Record<string, unknown> = { ...before, ...after };
  const name = values.name ?? values.email ?? values.shortcut;
  return typeof name === "string" ? name : (id ?? "–");
}
