import { useUiText } from "@/ui/text";
import { usePresence } from "../agents";

/** How somebody is there, and what they say about it, in words. */
export function StatusLine({ userId }: { userId: string }) {
  const t = useUiText();
  const presence = usePresence().get(userId);
  const words = { online: t.online, away: t.away, busy: t.busy, offline: t.offlinePresence };
  const line = [words[presence?.status ?? "offline"], presence?.text].filter(Boolean).join(" · ");
  return (
    <span className="truncate text-xs text-muted" title={line}>
      {line}
    </span>
  );
}
