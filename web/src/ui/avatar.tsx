import { cx } from "./cx";
import { useUiText } from "./text";

export type PresenceState = "online" | "away" | "busy" | "offline";

const TINTS = [
  "bg-accent-soft text-accent-ink",
  "bg-success-soft text-success",
  "bg-warning-soft text-warning",
  "bg-danger-soft text-danger",
  "bg-hover text-muted",
];

const DOTS: Record<PresenceState, string> = {
  online: "bg-success",
  away: "bg-warning",
  busy: "bg-danger",
  offline: "bg-line-strong",
};

interface AvatarProps {
  name: string;
  size?: "sm" | "md" | "lg";
  presence?: PresenceState;
}

const SIZES = { sm: "size-5 text-[10px]", md: "size-8 text-xs", lg: "size-12 text-lg" };

/** Who somebody is, at a glance: their initials, and whether they are there. The name stands beside it. */
export function Avatar({ name, size = "md", presence }: AvatarProps) {
  const t = useUiText();
  const words: Record<PresenceState, string> = {
    online: t.online,
    away: t.away,
    busy: t.busy,
    offline: t.offlinePresence,
  };
  return (
    <span className="relative inline-flex shrink-0">
      <span
        aria-hidden
        // No text of the page: a button with an avatar is called as it is labelled.
        data-initials={initials(name)}
        className={cx(
          "before:content-[attr(data-initials)]",
          "inline-flex items-center justify-center rounded-full font-semibold select-none",
          SIZES[size],
          TINTS[hash(name) % TINTS.length],
        )}
      />
      {presence && (
        <span
          className={cx(
            "absolute -right-0.5 -bottom-0.5 size-2.5 rounded-full border-2 border-surface",
            DOTS[presence],
          )}
        >
          <span className="sr-only">{words[presence]}</span>
        </span>
      )}
    </span>
  );
}

/** Of the first and the last word that has a letter or a digit: an emoji is no name. */
function initials(name: string): string {
  const letters = name.split(/\s+/).flatMap((word) => /[\p{L}\p{N}]/u.exec(word) ?? []);
  const both = letters.length > 1 ? [letters[0], letters.at(-1)] : letters;
  return both.join("").toLocaleUpperCase() || "?";
}

function hash(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
