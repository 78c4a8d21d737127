import { MessagesSquare } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { buttonClass } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";
import { useThreadParts } from "./thread-context";

const RepliesDrawer = lazy(() => import("./replies-drawer").then((module) => ({ default: module.RepliesDrawer })));

/** How much was said under a message, and the way there. */
export function Replies({ message }: { message: Message }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const [open, setOpen] = useState(false);
  if (message.reply_count === 0 && !message.thread_id) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} className={`${buttonClass("ghost", "sm")} text-accent-ink!`}>
        <MessagesSquare aria-hidden />
        {message.reply_count > 0 ? t.replies(message.reply_count) : t.inThread}
      </button>
      {open && (
        <Suspense>
          <RepliesDrawer
            conversation={conversation}
            parentId={message.thread_id ?? message.id}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
