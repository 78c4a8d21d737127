import { ListFilter } from "lucide-react";
import { lazy, Suspense } from "react";
import { Button, Select } from "@/ui";
import { type InboxSearch, STAGES, type Stage } from "../filters";
import { useInboxText } from "../text";

const MoreFilters = lazy(() => import("./more-filters").then((module) => ({ default: module.MoreFilters })));

interface FilterBarProps {
  search: InboxSearch;
  onChange: (change: InboxSearch) => void;
}

/** Who has them and where they stand; everything else behind a button. */
export function FilterBar({ search, onChange }: FilterBarProps) {
  const t = useInboxText();
  const person = search.assigned && !["me", "nobody"].includes(search.assigned);
  return (
    <div className="flex shrink-0 items-center gap-2 border-b border-line px-3 py-2">
      <Select
        aria-label={t.whose}
        className="flex-1"
        value={person ? "person" : (search.assigned ?? "")}
        onValueChange={(value) => onChange({ assigned: value || undefined })}
        options={[
          { value: "", label: t.everybodys },
          { value: "me", label: t.mine },
          { value: "nobody", label: t.unassigned },
          ...(person ? [{ value: "person", label: t.somebodys }] : []),
        ]}
      />
      <Select
        aria-label={t.stage}
        className="flex-1"
        value={search.stage ?? "open"}
        onValueChange={(value) => onChange({ stage: value === "open" ? undefined : (value as Stage) })}
        options={STAGES.map((value) => ({ value, label: t.stages[value] }))}
      />
      <Suspense fallback={<Button aria-label={t.filters} icon={<ListFilter />} disabled className="px-2!" />}>
        <MoreFilters search={search} onChange={onChange} />
      </Suspense>
    </div>
  );
}
