/** The emoji that people in support use; others come from the keyboard of the system. */

import { useState } from "react";
import { useLanguage } from "@/i18n";
import { Input } from "@/ui";
import { useConversationText } from "../conversation-text";
import { EMOJI } from "./emoji";

export function EmojiGrid({ onChoose }: { onChoose: (emoji: string) => void }) {
  const t = useConversationText();
  const [text, setText] = useState("");
  const wanted = text.trim().toLocaleLowerCase();
  const german = useLanguage() === "de";
  const found = EMOJI.filter(([, en, de]) => `${en} ${de}`.includes(wanted));
  return (
    <>
      <Input
        autoFocus
        aria-label={t.findEmoji}
        placeholder={t.findEmoji}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && found[0]) onChoose(found[0][0]);
        }}
      />
      <ul className="mt-2 grid max-h-56 grid-cols-8 overflow-y-auto">
        {found.map(([emoji, en, de]) => (
          <li key={emoji}>
            <button
              type="button"
              aria-label={(german ? de : en).split(" ").slice(0, 2).join(" ")}
              onClick={() => onChoose(emoji)}
              className="size-9 rounded text-xl hover:bg-hover"
            >
              {emoji}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
