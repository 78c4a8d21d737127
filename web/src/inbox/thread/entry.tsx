import { memo } from "react";
import { useFormat } from "@/i18n";
import { MessageEntry } from "./message-entry";
import { PendingEntry } from "./pending-entry";
import { SystemEntry } from "./system-entry";
import type { Entry } from "./timeline";

export const ThreadEntry = memo(function ThreadEntry({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case "day":
      return <Day at={entry.at} />;
    case "event":
      return <SystemEntry event={entry.event} />;
    case "pending":
      return <PendingEntry entry={entry.entry} />;
    case "message":
      return <MessageEntry message={entry.message} first={entry.first} />;
  }
});

function Day({ at }: { at: string }) {
  const format = useFormat();
  return (
    <div className="flex items-center gap-3 py-3 text-xs font-medium text-muted">
      <span className="h-px flex-1 bg-line" />
      <time dateTime={at.slice(0, 10)}>{format.day(at)}</time>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}
