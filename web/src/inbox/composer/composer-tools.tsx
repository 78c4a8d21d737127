import { LayoutTemplate, Slash, Smile } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton, Popover, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { Conversation } from "../types";
import { useComposer, useDraft } from "./state";

const EmojiGrid = lazy(() => import("./emoji-grid").then((module) => ({ default: module.EmojiGrid })));

interface ComposerToolsProps {
  conversation: Conversation;
  note: boolean;
  onTemplate: () => void;
}

/** What else can be put into a message. */
export function ComposerTools({ conversation, note, onTemplate }: ComposerToolsProps) {
  const t = useConversationText();
  const { id, type, connection_id } = conversation;
  const draft = useDraft(id);
  const composer = useComposer(id);
  const [emoji, setEmoji] = useState(false);
  const append = (text: string) => composer.write(draft.text + text, draft.note);
  return (
    <>
      <Popover
        label={t.emoji}
        side="top"
        open={emoji}
        onOpenChange={setEmoji}
        className="w-80 p-2"
        trigger={<IconButton label={t.emoji} icon={<Smile />} size="sm" />}
      >
        <Suspense fallback={<SkeletonRows rows={4} />}>
          <EmojiGrid
            onChoose={(chosen) => {
              setEmoji(false);
              append(chosen);
            }}
          />
        </Suspense>
      </Popover>
      <IconButton
        label={t.insertCanned}
        icon={<Slash />}
        size="sm"
        onClick={() => append(draft.text && !/\s$/.test(draft.text) ? " /" : "/")}
      />
      {type === "support" && connection_id && !note && (
        <IconButton label={t.sendTemplate} icon={<LayoutTemplate />} size="sm" onClick={onTemplate} />
      )}
    </>
  );
}
