import type { ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "neutral" | "accent" | "success" | "warning" | "danger";

const TONES: Record<Tone, string> = {
  neutral: "bg-hover text-muted",
  accent: "bg-accent-soft text-accent-ink",
  success: "bg-success-soft text-success",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
};

interface BadgeProps {
  tone?: Tone;
  icon?: ReactNode;
  title?: string;
  children: ReactNode;
}

/** A state or a mark in a word or two. The word says it; the colour only helps. */
export function Badge({ tone = "neutral", icon, title, children }: BadgeProps) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex max-w-full items-center gap-1 rounded px-1.5 text-xs leading-5 font-medium [&_svg]:size-3",
        TONES[tone],
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

/** How many there are; from 100 on, 99+. */
export function CountBadge({ count, label, quiet }: { count: number; label?: string; quiet?: boolean }) {
  return (
    <span
      className={cx(
        "inline-block min-w-5 shrink-0 rounded-full px-1.5 text-center text-xs leading-5 font-medium tabular-nums",
        quiet ? "bg-hover text-muted" : "bg-accent text-on-accent",
      )}
    >
      {count > 99 ? "99+" : count}
      {label && <span className="sr-only"> {label}</span>}
    </span>
  );
}
