import { Checkbox, type Column } from "@/ui";
import { useText } from "./text";
import type { Selection } from "./use-selection";

/** What lists of jobs begin with, whatever became of the jobs: which of them are selected, their ids, what they do. */
export function useJobColumns<Job extends { id: number; kind: string; lane: string }>(
  selection: Selection,
  onOpen: (id: number) => void,
): Column<Job>[] {
  const t = useText();
  return [
    {
      key: "select",
      className: "w-8",
      header: (
        <Checkbox
          hideLabel
          label={t.jobs.selectAll}
          checked={selection.all}
          indeterminate={selection.some}
          onCheckedChange={selection.toggleAll}
        />
      ),
      cell: ({ id }) => (
        <Checkbox
          hideLabel
          label={t.jobs.select(id)}
          checked={selection.has(id)}
          onCheckedChange={(on) => selection.toggle(id, on)}
        />
      ),
    },
    {
      key: "id",
      header: t.jobs.id,
      cell: ({ id }) => (
        <button
          type="button"
          className="font-mono text-accent-ink tabular-nums hover:underline"
          onClick={() => onOpen(id)}
        >
          {id}
        </button>
      ),
    },
    {
      key: "kind",
      header: t.kind,
      cell: ({ kind, lane }) => (
        <>
          <span className="font-medium whitespace-nowrap">{kind}</span>
          <span className="block text-xs text-muted">{lane}</span>
        </>
      ),
    },
  ];
}
