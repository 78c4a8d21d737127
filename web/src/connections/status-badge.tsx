import { Badge, type Tone } from "@/ui";
import type { Connection } from "./queries";
import { useText } from "./text";

type Status = Connection["status"] | "ok" | "degraded";

const TONES: Record<Status, Tone> = {
  active: "success",
  ok: "success",
  degraded: "warning",
  needs_reauth: "danger",
  disabled: "neutral",
};

/** How a connection is, in a word. */
export function StatusBadge({ status }: { status: Status }) {
  const t = useText();
  return <Badge tone={TONES[status]}>{t.health[status]}</Badge>;
}
