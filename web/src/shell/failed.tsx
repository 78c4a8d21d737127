/** A page that threw: what was wrong, and a way on. */

import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button, EmptyState, ErrorState } from "@/ui";
import { useShellText } from "./text";
import { useOnline } from "./use-online";

export function PageFailed({ error, reset }: ErrorComponentProps) {
  const t = useShellText();
  const online = useOnline();
  if (online && isStaleChunk(error)) {
    return (
      <EmptyState
        title={t.updated}
        action={
          <Button variant="primary" onClick={() => location.reload()}>
            {t.reload}
          </Button>
        }
      />
    );
  }
  return (
    <main className="flex h-full flex-col justify-center">
      <h1 className="sr-only">{t.pageFailed}</h1>
      <ErrorState error={error} retry={reset} />
    </main>
  );
}

/** After an upgrade of the server, the files of the page that is still open are gone. Without a network, all are. */
function isStaleChunk(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
}
