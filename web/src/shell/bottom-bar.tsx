import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Place } from "./places";
import { useShellText } from "./text";

const MoreDrawer = lazy(() => import("./more-drawer").then((module) => ({ default: module.MoreDrawer })));

/** As many as a thumb can hit on 360 px. */
const SHOWN = 4;

const ITEM =
  "flex min-w-0 flex-1 flex-col items-center gap-0.5 py-1.5 text-[0.6875rem] text-muted aria-[current=page]:text-accent-ink";

export function BottomBar({ places, onShortcuts }: { places: Place[]; onShortcuts: () => void }) {
  const t = useShellText();
  const [open, setOpen] = useState(false);
  return (
    <nav aria-label={t.navigation} className="flex shrink-0 border-t border-line bg-sunken md:hidden">
      {places.slice(0, SHOWN).map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={ITEM}>
          <Icon aria-hidden className="size-5" />
          <span className="max-w-full truncate">{label}</span>
        </Link>
      ))}
      <button type="button" className={ITEM} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Ellipsis aria-hidden className="size-5" />
        {t.more}
      </button>
      <Suspense>
        {open && <MoreDrawer places={places.slice(SHOWN)} onClose={() => setOpen(false)} onShortcuts={onShortcuts} />}
      </Suspense>
    </nav>
  );
}
