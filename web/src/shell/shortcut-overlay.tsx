import { grouped } from "@/grouped";
import { Dialog, Kbd, type Shortcut, useShortcuts } from "@/ui";
import { useShellText } from "./text";

interface ShortcutOverlayProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Every key that does something on this page. */
export function ShortcutOverlay({ open, onOpenChange }: ShortcutOverlayProps) {
  const t = useShellText();
  const groups = grouped(useShortcuts(), (shortcut) => shortcut.group);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t.shortcuts} description={t.shortcutsHint} size="lg">
      <div className="columns-1 gap-8 md:columns-2">
        {[...groups].map(([group, shortcuts]) => (
          <Group key={group} name={group} shortcuts={shortcuts} />
        ))}
      </div>
    </Dialog>
  );
}

function Group({ name, shortcuts }: { name: string; shortcuts: Shortcut[] }) {
  const unique = [...new Map(shortcuts.map((shortcut) => [shortcut.keys, shortcut])).values()];
  return (
    <section className="mb-4 break-inside-avoid">
      <h3 className="mb-1 text-sm font-semibold text-muted">{name}</h3>
      <dl>
        {unique.map(({ keys, label }) => (
          <div key={keys} className="flex items-center justify-between gap-4 py-1 text-sm">
            <dt>{label}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
