/** How far a message has come: one tick sent, two delivered, two in colour read. */

import { Check, CheckCheck, CircleAlert, CircleHelp, Clock } from "lucide-react";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";

export function Delivery({ status }: { status: Message["status"] }) {
  const t = useConversationText();
  if (status === "received") return null;
  const [Icon, colour] = LOOKS[status];
  return <Icon role="img" aria-label={t.delivery[status]} className={`size-3.5 ${colour}`} />;
}

const LOOKS = {
  queued: [Clock, ""],
  sending: [Clock, ""],
  sent: [Check, ""],
  delivered: [CheckCheck, ""],
  read: [CheckCheck, "text-accent-ink"],
  failed: [CircleAlert, "text-danger"],
  unconfirmed: [CircleHelp, "text-warning"],
} as const;
