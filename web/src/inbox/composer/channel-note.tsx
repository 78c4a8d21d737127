import { Link } from "@tanstack/react-router";
import { Unplug } from "lucide-react";
import { useMay } from "@/api";
import { buttonClass } from "@/ui";
import type { Channel } from "../channels";
import { useConversationText } from "../conversation-text";

/** The account of the conversation sends nothing: what is wrong with it, and who mends it. */
export function ChannelNote({ channel }: { channel: Channel }) {
  const t = useConversationText();
  const may = useMay();
  const { status, status_reason: reason, connection_id: connection, name } = channel;
  if (status === "active") return null;
  const mends = may("manage_connections");
  return (
    <div
      role="status"
      className="mb-1.5 flex flex-wrap items-center gap-2 rounded-md bg-danger-soft px-2.5 py-1.5 text-sm text-danger"
    >
      <Unplug aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 basis-48 break-words">
        {[t.channelBroken[status](name), reason, !mends && t.channelAdmin].filter(Boolean).join(" ")}
      </p>
      {mends && (
        <Link to="/connections/$connection" params={{ connection }} className={buttonClass("secondary", "sm")}>
          {t.channelMend}
        </Link>
      )}
    </div>
  );
}
