import type { ReactNode } from "react";
import { Button, ErrorNote } from "@/ui";
import { useUiText } from "@/ui/text";

interface BlockProps {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

/** One part of the panel under its heading. */
export function Block({ title, action, children }: BlockProps) {
  return (
    <section className="border-b border-line px-4 py-3">
      <header className="mb-2 flex min-h-7 items-center gap-2">
        <h3 className="flex-1 text-xs font-semibold text-muted">{title}</h3>
        {action}
      </header>
      {children}
    </section>
  );
}

/** What could not be read, which is something else than nothing. */
export function NotLoaded({ query }: { query: { error: unknown; refetch: () => Promise<unknown> } }) {
  const t = useUiText();
  return (
    <div className="flex flex-col items-start gap-2">
      <ErrorNote error={query.error} />
      <Button size="sm" onClick={() => void query.refetch()}>
        {t.retry}
      </Button>
    </div>
  );
}

/** Names and values. What has no value is left out. */
export function Facts({
  rows,
}: {
  rows: (readonly [name: string, value: ReactNode] | undefined | null | false | "" | 0)[];
}) {
  return (
    <dl className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-x-3 gap-y-1.5 text-sm">
      {rows.map(
        (row) =>
          row &&
          row[1] !== null &&
          row[1] !== undefined &&
          row[1] !== "" && (
            <div key={row[0]} className="contents">
              <dt className="text-muted">{row[0]}</dt>
              <dd className="break-words">{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
