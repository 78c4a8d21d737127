import { Link } from "@tanstack/react-router";
import { useMay } from "@/api";
import { cx } from "@/ui";
import { useText } from "./text";

/** The pages about connections. */
export function ConnectionsTabs() {
  const t = useText();
  const may = useMay();
  const pages = [
    ...(may("manage_connections") ? [{ to: "/connections", label: t.tabs.connections }] : []),
    ...(may("manage_connections") || may("install_plugins")
      ? [{ to: "/connections/plugins", label: t.tabs.plugins }]
      : []),
    ...(may("replay_deliveries") ? [{ to: "/connections/deliveries", label: t.tabs.deliveries }] : []),
  ];
  return (
    <nav aria-label={t.views} className="flex gap-1 overflow-x-auto border-b border-line px-3 md:px-5">
      {pages.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          className={cx(
            "-mb-px flex h-9 shrink-0 items-center border-b-2 border-transparent px-2 text-sm font-medium text-muted",
            "hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
