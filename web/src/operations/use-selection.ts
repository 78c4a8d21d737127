import { useState } from "react";

/** Which rows are chosen. What is not shown any more is chosen no more. */
export function useSelection(shown: readonly number[]) {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const selected = shown.filter((id) => chosen.has(id));
  return {
    selected,
    has: (id: number) => chosen.has(id),
    toggle: (id: number, on: boolean) => {
      const next = new Set(chosen);
      if (on) next.add(id);
      else next.delete(id);
      setChosen(next);
    },
    toggleAll: (on: boolean) => setChosen(new Set(on ? shown : [])),
    clear: () => setChosen(new Set()),
    all: shown.length > 0 && selected.length === shown.length,
    some: selected.length > 0 && selected.length < shown.length,
  };
}

export type Selection = ReturnType<typeof useSelection>;
