/** The left half of the inbox: tabs, filters, the list, and what can be done with several at once. */

import { lazy, Suspense, useState } from "react";
import { useShortcut } from "@/ui";
import { toQuery } from "../filters";
import { useInboxText } from "../text";
import { useInboxSearch } from "../use-search";
import { ConversationList } from "./conversation-list";
import { FilterBar } from "./filter-bar";
import { ListHeader } from "./list-header";
import { InboxTabs } from "./tabs";

const BulkBar = lazy(() => import("./bulk-bar").then((module) => ({ default: module.BulkBar })));
const SearchResults = lazy(() => import("./search-results").then((module) => ({ default: module.SearchResults })));

const NONE: ReadonlySet<string> = new Set();

export function ListPane({ selected }: { selected: string | undefined }) {
  const t = useInboxText();
  const [search, change] = useInboxSearch();
  const [searching, setSearching] = useState(search.q !== undefined);
  // What is marked in one list is not seen in another, and nothing is done with what is not seen.
  const list = JSON.stringify(toQuery(search));
  const [marks, setMarks] = useState({ list, ids: NONE });
  const marked = marks.list === list ? marks.ids : NONE;
  const setMarked = (ids: ReadonlySet<string>) => setMarks({ list, ids });
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
              <BulkBar marked={marked} onDone={() => setMarked(NONE)} />
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
