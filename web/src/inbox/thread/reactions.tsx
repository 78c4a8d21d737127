import { useMe } from "@/api";
import { grouped } from "@/grouped";
import { cx, Tooltip } from "@/ui";
import { useNameOf, useTitleOf } from "../names";
import type { Message } from "../types";
import { useThreadParts } from "./thread-context";
import { useReact } from "./use-react";

/** What people show on a message; a click adds one's own, or takes it back. */
export function Reactions({ message }: { message: Message }) {
  const { conversation } = useThreadParts();
  const { user } = useMe();
  const nameOf = useNameOf();
  const contact = useTitleOf(conversation);
  const react = useReact(message);
  if (message.reactions.length === 0) return null;
  const byEmoji = grouped(message.reactions, (reaction) => reaction.emoji);
  return (
    <ul className="-mt-1 flex flex-wrap gap-1 px-2">
      {[...byEmoji].map(([emoji, all]) => {
        const mine = all.some((reaction) => reaction.user_id === user.id);
        const names = all.map((reaction) => (reaction.user_id ? nameOf(reaction.user_id) : contact)).join(", ");
        return (
          <li key={emoji}>
            <Tooltip content={names}>
              <button
                type="button"
                aria-pressed={mine}
                aria-label={`${emoji} ${names}`}
                onClick={() => react.mutate(mine ? null : emoji)}
                className={cx(
                  "rounded-full border px-1.5 text-xs leading-5",
                  mine ? "border-accent bg-accent-soft text-accent-ink" : "border-line bg-surface text-muted",
                )}
              >
                {emoji}
                {all.length > 1 && ` ${all.length}`}
              </button>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}
