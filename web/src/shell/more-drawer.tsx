import { Link } from "@tanstack/react-router";
import { Drawer } from "@/ui";
import { AccountActions } from "./account-actions";
import type { Place } from "./places";
import { useShellText } from "./text";

interface MoreDrawerProps {
  places: Place[];
  onClose: () => void;
  onShortcuts: () => void;
}

/** What has no room in the bar at the bottom. */
export function MoreDrawer({ places, onClose, onShortcuts }: MoreDrawerProps) {
  const t = useShellText();
  return (
    <Drawer open onOpenChange={onClose} title={t.more} size="sm">
      <ul className="mb-4 flex flex-col gap-1">
        {places.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              onClick={onClose}
              className="flex items-center gap-3 rounded-md px-2 py-2 text-base hover:bg-hover"
            >
              <Icon aria-hidden className="size-5 text-muted" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
      <AccountActions onDone={onClose} onShortcuts={onShortcuts} />
    </Drawer>
  );
}
