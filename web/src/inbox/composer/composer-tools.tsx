import { LayoutTemplate, Slash, Smile } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { IconButton, Popover, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { Conversation } from "../types";

const EmojiGrid = lazy(() => import("./emoji-grid").then((module) => ({ default: module.EmojiGrid })));

interface ComposerToolsProps {
  conversation: Conversation;
  note: boolean;
  /** Puts something in at the cursor. */
  onInsert: (text: string) => void;
  onTemplate: () => void;
}

/** What else can be put into a message. */
export function ComposerTools({ conversation, note, onInsert, onTemplate }: ComposerToolsProps) {
  const t = useConversationText();
  const { type, connection_id } = conversation;
  const [emoji, setEmoji] = useState(false);
  const chosen = useRef(false);
  return (
    <>
      <Popover
        label={t.emoji}
        side="top"
        open={emoji}
        onOpenChange={setEmoji}
        // What was chosen stands in the field, where one goes on.
        onCloseAutoFocus={(event) => {
          if (chosen.current) event.preventDefault();
          chosen.current = false;
        }}
        className="w-80 p-2"
        trigger={<IconButton label={t.emoji} icon={<Smile />} size="sm" />}
      >
        <Suspense fallback={<SkeletonRows rows={4} />}>
          <EmojiGrid
            onChoose={(one) => {
              chosen.current = true;
              setEmoji(false);
              onInsert(one);
            }}
          />
        </Suspense>
      </Popover>
      <IconButton label={t.insertCanned} icon={<Slash />} size="sm" onClick={() => onInsert("/")} />
      {type === "support" && connection_id && !note && (
        <IconButton label={t.sendTemplate} icon={<LayoutTemplate />} size="sm" onClick={onTemplate} />
      )}
    </>
  );
}
