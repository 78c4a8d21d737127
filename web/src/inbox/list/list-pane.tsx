/** The left half of the inbox: tabs, filters, the list, and what can be done with several at once. */

import { lazy, Suspense, useState } from "react";
import { useShortcut } from "@/ui";
import { useInboxText } from "../text";
import { useInboxSearch } from "../use-search";
import { ConversationList } from "./conversation-list";
import { FilterBar } from "./filter-bar";
import { ListHeader } from "./list-header";
import { InboxTabs } from "./tabs";

const BulkBar = lazy(() => import("./bulk-bar").then((module) => ({ default: module.BulkBar })));
const SearchResults = lazy(() => import("./search-results").then((module) => ({ default: module.SearchResults })));

export function ListPane({ selected }: { selected: string | undefined }) {
  const t = useInboxText();
  const [search, change] = useInboxSearch();
  const [searching, setSearching] = useState(search.q !== undefined);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const open = () => setSearching(true);
  const close = () => {
    setSearching(false);
    change({ q: undefined });
  };
  useShortcut("/", t.searchInbox, open, { group: t.inboxGroup });
  return (
    <>
      <ListHeader searching={searching} onSearch={open} onClose={close} />
      {searching ? (
        <Suspense>
          <SearchResults text={search.q ?? ""} selected={selected} />
        </Suspense>
      ) : (
        <>
          <InboxTabs />
          {marked.size > 0 ? (
            <Suspense>
              <BulkBar marked={marked} onDone={() => setMarked(new Set())} />
            </Suspense>
          ) : (
            <FilterBar search={search} onChange={change} />
          )}
          <ConversationList search={search} selected={selected} marked={marked} onMark={setMarked} />
        </>
      )}
    </>
  );
}
