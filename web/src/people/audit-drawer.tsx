import { useFormat } from "@/i18n";
import { Button, CopyButton, Drawer } from "@/ui";
import { targetName } from "./audit-table";
import { changes } from "./changes";
import type { AuditEntry } from "./queries";
import { useText } from "./text";

interface Props {
  entry: AuditEntry;
  onClose: () => void;
  /** Shows the entries of the same thing. */
  onOnly: () => void;
}

/** One change: by whom, from where, and every value before and after. */
export function AuditDrawer({ entry, onClose, onOnly }: Props) {
  const t = useText();
  const { dateTime } = useFormat();
  const kind = t.audit.kinds[entry.target_kind] ?? entry.target_kind;
  const who = entry.user_name ?? entry.user_id;
  const by = entry.api_key_id ? `${who}, ${t.audit.byKey(entry.api_key_name ?? entry.api_key_id)}` : who;
  const facts: [string, string][] = [
    [t.audit.who, by],
    [t.audit.when, dateTime(entry.occurred_at)],
    [t.audit.target, `${kind} ${targetName(entry)}`],
    [t.audit.address, entry.address],
  ];
  const footer = entry.target_id && <Button onClick={onOnly}>{t.audit.onlyThis}</Button>;
  return (
    <Drawer open onOpenChange={onClose} title={entry.action} size="lg" footer={footer}>
      <div className="flex flex-col gap-6">
        <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
          <dt className="text-muted">{t.audit.request}</dt>
          <dd className="flex items-center gap-1 font-mono text-xs">
            {entry.request_id}
            <CopyButton text={entry.request_id} />
          </dd>
        </dl>
        <Difference entry={entry} />
      </div>
    </Drawer>
  );
}

function Difference({ entry: { before, after } }: { entry: AuditEntry }) {
  const t = useText();
  const all = changes(before ?? undefined, after ?? undefined).filter(({ pointer }) => pointer !== "");
  if (all.length === 0) {
    return <p className="text-sm text-muted">{t.audit.noChanges}</p>;
  }
  return (
    <div className="overflow-x-auto rounded-lg border border-line">
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            <th className="px-3 py-2 font-medium">{t.audit.field}</th>
            <th className="px-3 py-2 font-medium">{t.audit.before}</th>
            <th className="px-3 py-2 font-medium">{t.audit.after}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((change) => (
            <tr key={change.pointer} className="border-b border-line align-top last:border-b-0">
              <td className="px-3 py-2 font-mono text-xs">{change.pointer.slice(1)}</td>
              <td className="px-3 py-2">
                <Value value={change.before} tone="bg-danger-soft text-danger" />
              </td>
              <td className="px-3 py-2">
                <Value value={change.after} tone="bg-success-soft text-success" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value, tone }: { value: unknown; tone: string }) {
  const t = useText();
  if (value === undefined) {
    return <span className="text-faint">{t.audit.nothing}</span>;
  }
  const short = JSON.stringify(value);
  const text = typeof value === "string" ? value : short.length > 80 ? JSON.stringify(value, null, 2) : short;
  return (
    <code className={`rounded px-1 font-mono text-xs break-words whitespace-pre-wrap ${tone}`}>{text || '""'}</code>
  );
}
