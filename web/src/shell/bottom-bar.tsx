import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Drawer } from "@/ui";
import { AccountActions } from "./account-actions";
import type { Place } from "./places";
import { useShellText } from "./text";

/** As many as a thumb can hit on 360 px. */
const SHOWN = 4;

const ITEM =
  "flex min-w-0 flex-1 flex-col items-center gap-0.5 py-1.5 text-xs text-muted aria-[current=page]:text-accent-ink";

export function BottomBar({ places, onShortcuts }: { places: Place[]; onShortcuts: () => void }) {
  const t = useShellText();
  const [open, setOpen] = useState(false);
  return (
    <nav aria-label={t.navigation} className="flex shrink-0 border-t border-line bg-sunken md:hidden">
      {places.slice(0, SHOWN).map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={ITEM}>
          <Icon aria-hidden className="size-5" />
          <span className="max-w-full truncate px-1">{label}</span>
        </Link>
      ))}
      <button type="button" className={ITEM} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Ellipsis aria-hidden className="size-5" />
        {t.more}
      </button>
      <Drawer open={open} onOpenChange={setOpen} title={t.more} size="sm">
        <ul className="mb-4 flex flex-col gap-1">
          {places.slice(SHOWN).map(({ to, label, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                onClick={() => setOpen(false)}
                className="flex items-center gap-3 rounded-md px-2 py-2 text-base hover:bg-hover"
              >
                <Icon aria-hidden className="size-5 text-muted" />
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <AccountActions onDone={() => setOpen(false)} onShortcuts={onShortcuts} />
      </Drawer>
    </nav>
  );
}
