import type { ReactNode } from "react";
import { Card } from "@/ui";

/** One matter of a connection. */
export function Panel({
  title,
  hint,
  actions,
  children,
}: {
  title: string;
  hint?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Card>
      <section aria-label={title}>
        <header className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
          <div className="min-w-0 flex-1">
            <h2 className="text-base font-semibold">{title}</h2>
            {hint && <p className="text-xs text-muted">{hint}</p>}
          </div>
          {actions}
        </header>
        <div className="flex flex-col gap-3 p-4 text-sm">{children}</div>
      </section>
    </Card>
  );
}
