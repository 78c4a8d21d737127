/** The frame of these pages: their sections at the left, or in a list of choices on a narrow screen. */

import { Link, Navigate, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Suspense } from "react";
import { Select, SkeletonRows } from "@/ui";
import { type Section, useSections } from "./sections";
import { useText } from "./text";

export function PeopleLayout() {
  const t = useText();
  const sections = useSections();
  return (
    <div className="flex h-full min-w-0 max-md:flex-col">
      <Choice sections={sections} />
      <nav
        aria-label={t.sectionsLabel}
        className="flex w-48 shrink-0 flex-col gap-4 overflow-y-auto border-r border-line p-3 max-md:hidden"
      >
        {(["people", "workspace"] as const).map((group) => (
          <div key={group}>
            <p className="px-2 pb-1 text-xs font-medium text-muted">{t.sections[group]}</p>
            <ul>
              {sections
                .filter((section) => section.group === group)
                .map(({ to, label }) => (
                  <li key={to}>
                    <Link
                      to={to}
                      className="block rounded-md px-2 py-1 text-sm text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-selected aria-[current=page]:text-ink"
                    >
                      {label}
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="min-h-0 min-w-0 flex-1">
        <Suspense fallback={<SkeletonRows />}>
          <Outlet />
        </Suspense>
      </div>
    </div>
  );
}

function Choice({ sections }: { sections: Section[] }) {
  const t = useText();
  const navigate = useNavigate();
  const path = useLocation({ select: ({ pathname }) => pathname });
  return (
    <div className="border-b border-line px-4 py-2 md:hidden">
      <Select
        aria-label={t.sectionsLabel}
        value={sections.find(({ to }) => path.startsWith(to))?.to ?? ""}
        onValueChange={(to) => void navigate({ to })}
        options={sections.map(({ to, label }) => ({ value: to, label }))}
      />
    </div>
  );
}

/** The first section that the person may see. */
export function PeopleHome() {
  const [first] = useSections();
  return first ? <Navigate to={first.to} replace /> : null;
}
