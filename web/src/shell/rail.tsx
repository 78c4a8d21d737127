import { Link } from "@tanstack/react-router";
import { Keyboard } from "lucide-react";
import { lazy, Suspense } from "react";
import { IconButton, Skeleton, Tooltip } from "@/ui";
import { LinkIndicator } from "./link-indicator";
import type { Place } from "./places";
import { useShellText } from "./text";

const AccountMenu = lazy(() => import("./account-menu").then((module) => ({ default: module.AccountMenu })));

interface RailProps {
  places: Place[];
  onShortcuts: () => void;
}

export function Rail({ places, onShortcuts }: RailProps) {
  const t = useShellText();
  return (
    <nav
      aria-label={t.navigation}
      className="flex w-13 shrink-0 flex-col items-center gap-1 border-r border-line bg-sunken py-2 max-md:hidden"
    >
      <Logo />
      {places.map(({ to, label, icon: Icon, key }) => (
        <Tooltip key={to} content={label} shortcut={`g ${key}`} side="right">
          <Link
            to={to}
            aria-label={label}
            className="flex size-9 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-selected aria-[current=page]:text-accent-ink"
          >
            <Icon aria-hidden className="size-5" />
          </Link>
        </Tooltip>
      ))}
      <span className="flex-1" />
      <LinkIndicator />
      <IconButton label={t.shortcuts} icon={<Keyboard />} shortcut="?" onClick={onShortcuts} />
      <Suspense fallback={<Skeleton className="size-8 rounded-full" />}>
        <AccountMenu side="top" />
      </Suspense>
    </nav>
  );
}

/** The mark of Signalbox: a signal with two arms. */
function Logo() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 24 24"
      className="mb-2 size-7 text-accent-ink"
      fill="none"
      stroke="currentColor"
    >
      <path d="M8 3v18M5 21h6" strokeWidth="2" strokeLinecap="round" />
      <path d="M8 5h9l2 2.5L17 10H8zM8 12h6l2 2-2 2H8z" fill="currentColor" strokeWidth="1" strokeLinejoin="round" />
    </svg>
  );
}
