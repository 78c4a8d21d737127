import type { ReactNode } from "react";
import { Button } from "@/ui";
import { useText } from "./text";
import type { Selection } from "./use-selection";

/** What can be done with the chosen rows; it takes the place of the filters' line end. */
export function SelectionBar({ selection, children }: { selection: Selection; children: ReactNode }) {
  const t = useText();
  if (selection.selected.length === 0) {
    return null;
  }
  return (
    <div
      role="toolbar"
      aria-label={t.jobs.selected(selection.selected.length)}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-selected px-3 py-2"
    >
      <span className="text-sm font-medium">{t.jobs.selected(selection.selected.length)}</span>
      {children}
      <Button size="sm" variant="ghost" onClick={selection.clear}>
        {t.jobs.unselect}
      </Button>
    </div>
  );
}
