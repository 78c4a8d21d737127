/** What stands where nothing stands yet: something is loading, there is nothing, or it went wrong. */

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { words } from "@/api/problems";
import { Button } from "./button";
import { CopyButton } from "./copy-button";
import { cx } from "./cx";
import { useUiText } from "./text";

/** The place of something that is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span aria-hidden className={cx("block motion-safe:animate-pulse rounded bg-hover", className ?? "h-4 w-full")} />
  );
}

/** Several lines on their way. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  const t = useUiText();
  return (
    <div role="status" aria-label={t.loading} className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity.
        <Skeleton key={row} className={row % 3 === 2 ? "h-4 w-2/3" : "h-4 w-full"} />
      ))}
    </div>
  );
}

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** What to do next, or why there is nothing. */
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-12 text-center">
      {icon && <span className="text-faint [&_svg]:size-8 [&_svg]:stroke-[1.5]">{icon}</span>}
      <p className="text-base font-medium">{title}</p>
      {children && <div className="max-w-md text-sm text-muted">{children}</div>}
      {action && <div className="pt-2">{action}</div>}
    </div>
  );
}

interface ErrorStateProps {
  error: unknown;
  retry?: () => void;
}

/** What went wrong, in the server's words, and what to tell whoever looks into it. */
export function ErrorState({ error, retry }: ErrorStateProps) {
  const t = useUiText();
  const { title, detail, requestId } = words(error);
  return (
    <div role="alert" className="flex flex-col items-center justify-center gap-2 px-6 py-10 text-center">
      <TriangleAlert aria-hidden className="size-6 text-danger" />
      <p className="text-base font-medium">{title}</p>
      <p className="max-w-md text-sm break-words text-muted">{detail}</p>
      {retry && (
        <Button onClick={retry} className="mt-2">
          {t.retry}
        </Button>
      )}
      {requestId && (
        <span className="flex items-center gap-1 font-mono text-xs text-faint">
          {t.requestId(requestId)}
          <CopyButton text={requestId} />
        </span>
      )}
    </div>
  );
}

/** An error beside the button that brought it, as in a form. */
export function ErrorNote({ error }: { error: unknown }) {
  const { title, detail } = words(error);
  return (
    <div role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm break-words text-danger">
      <span className="font-medium">{title}</span>
      {detail && <span>{` ${detail}`}</span>}
    </div>
  );
}
