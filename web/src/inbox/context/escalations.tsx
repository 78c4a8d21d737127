import { RelativeTime } from "@/ui";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import type { ConversationDetail } from "../types";
import { Block } from "./block";

/** When a conversation needed more than whoever had it could do, and why. */
export function Escalations({ detail }: { detail: ConversationDetail }) {
  const t = useConversationText();
  const nameOf = useNameOf();
  if (detail.escalations.length === 0) return null;
  return (
    <Block title={t.escalations}>
      <ul className="flex flex-col gap-2 text-sm">
        {detail.escalations.map(({ at, by, reason }) => (
          <li key={at}>
            <p className="break-words">{reason}</p>
            <p className="text-xs text-muted">
              {`${by.kind === "user" ? nameOf(by.id) : by.kind === "rule" ? t.aRule : t.system} `}
              <RelativeTime at={at} />
            </p>
          </li>
        ))}
      </ul>
    </Block>
  );
}
