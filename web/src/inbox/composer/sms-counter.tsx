import { useConversationText } from "../conversation-text";
import { smsSize } from "./sms";

/** How much of an SMS is left, and how many it will be. */
export function SmsCounter({ text }: { text: string }) {
  const t = useConversationText();
  const { parts, left, unicode } = smsSize(text);
  return (
    <span role="status" className="px-2 text-xs text-muted tabular-nums">
      {t.sms(left, parts, unicode)}
    </span>
  );
}
