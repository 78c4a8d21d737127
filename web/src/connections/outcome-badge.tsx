import { Badge, type Tone } from "@/ui";
import type { Delivery } from "./queries";
import { useText } from "./text";

const TONES: Record<Delivery["outcome"], Tone> = {
  received: "accent",
  processed: "success",
  failed: "danger",
  parked: "warning",
};

/** Where the processing of a delivery stands. */
export function OutcomeBadge({ outcome }: { outcome: Delivery["outcome"] }) {
  const t = useText();
  return <Badge tone={TONES[outcome]}>{t.deliveries.outcomes[outcome] ?? outcome}</Badge>;
}
