import { ListFilter } from "lucide-react";
import { Button, CountBadge, Popover } from "@/ui";
import { useConversationText } from "../conversation-text";
import { hiddenFilters, type InboxSearch } from "../filters";
import { FilterForm } from "./filter-form";

interface MoreFiltersProps {
  search: InboxSearch;
  onChange: (change: InboxSearch) => void;
}

/** The filters that are used more seldom, behind a button that says how many are set. */
export function MoreFilters({ search, onChange }: MoreFiltersProps) {
  const t = useConversationText();
  const hidden = hiddenFilters(search);
  return (
    <Popover
      label={t.filters}
      align="end"
      className="w-80 overflow-y-auto p-4"
      trigger={
        <Button aria-label={t.filters} icon={<ListFilter />} className="px-2!">
          {hidden > 0 && <CountBadge count={hidden} />}
        </Button>
      }
    >
      <FilterForm search={search} onChange={onChange} />
    </Popover>
  );
}
