import { Copy, Ellipsis, MessagesSquare, Pencil, Pin, PinOff, Reply, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMay, useMe } from "@/api";
import { confirm, IconButton, Menu, MenuItem, MenuSeparator, toast } from "@/ui";
import { useComposer } from "../composer/state";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";
import { useThreadParts } from "./thread-context";
import { usePin, useReword, useTakeBack } from "./use-internal";
import { useReact } from "./use-react";

const QUICK = ["👍", "❤️", "😂", "🎉", "🙏"];

const RepliesDrawer = lazy(() => import("./replies-drawer").then((module) => ({ default: module.RepliesDrawer })));
const RewordDialog = lazy(() => import("./reword-dialog").then((module) => ({ default: module.RewordDialog })));

/** What one can do with a message; shown when one is at it. */
export function MessageActions({ message }: { message: Message }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const { user } = useMe();
  const may = useMay();
  const composer = useComposer(conversation.id);
  const [react, pin, reword, takeBack] = [useReact(message), usePin(message), useReword(message), useTakeBack(message)];
  const [opened, setOpened] = useState<"replies" | "reword">();
  const internal = message.direction === "internal";
  const mine = internal && message.sender.id === user.id;
  const canReact = internal || message.direction === "inbound";
  const remove = async () => {
    if (await confirm({ title: t.takeBackTitle, detail: t.takeBackHint, action: t.takeBack, danger: true })) {
      takeBack.mutate();
    }
  };
  const copy = () => navigator.clipboard.writeText(wordsOf(message)).then(() => toast({ title: t.copied }));
  return (
    <span className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 max-md:opacity-100">
      <Menu trigger={<IconButton label={t.messageActions} icon={<Ellipsis />} size="sm" />} align="end">
        {canReact && (
          <div className="flex gap-0.5 px-1 pb-1">
            {QUICK.map((emoji) => (
              <MenuItem key={emoji} onSelect={() => react.mutate(emoji)}>
                {emoji}
              </MenuItem>
            ))}
          </div>
        )}
        {canReact && <MenuSeparator />}
        {!internal && (
          <MenuItem icon={<Reply />} onSelect={() => composer.replyTo(message.id)}>
            {t.reply}
          </MenuItem>
        )}
        {internal && (
          <MenuItem icon={<MessagesSquare />} onSelect={() => setOpened("replies")}>
            {t.replyInThread}
          </MenuItem>
        )}
        <MenuItem icon={<Copy />} onSelect={() => void copy()}>
          {t.copyText}
        </MenuItem>
        {internal && (
          <MenuItem icon={message.pinned_at ? <PinOff /> : <Pin />} onSelect={() => pin.mutate(!message.pinned_at)}>
            {message.pinned_at ? t.unpin : t.pin}
          </MenuItem>
        )}
        {mine && (
          <MenuItem icon={<Pencil />} onSelect={() => setOpened("reword")}>
            {t.edit}
          </MenuItem>
        )}
        {internal && (mine || may("delete_conversations")) && (
          <MenuItem icon={<Trash2 />} danger onSelect={() => void remove()}>
            {t.takeBack}
          </MenuItem>
        )}
      </Menu>
      <Suspense>
        {opened === "replies" && (
          <RepliesDrawer
            conversation={conversation}
            parentId={message.thread_id ?? message.id}
            onClose={() => setOpened(undefined)}
          />
        )}
        {opened === "reword" && (
          <RewordDialog
            text={wordsOf(message)}
            onClose={() => setOpened(undefined)}
            onSave={(text) => reword.mutate(text)}
          />
        )}
      </Suspense>
    </span>
  );
}

function wordsOf(message: Message): string {
  return message.content.type === "text" ? message.content.text : message.preview;
}
