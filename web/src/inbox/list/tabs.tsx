import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { Tabs } from "@/ui";
import { TABS, type Tab } from "../filters";
import { conversationsQuery, unreadQuery } from "../queries";
import { useInboxText } from "../text";
import { useInboxSearch } from "../use-search";

/** All, Team, Support, DMs, Tickets; each with how much is unread. */
export function InboxTabs() {
  const t = useInboxText();
  const [search, change] = useInboxSearch();
  // The list first: counting takes the server longer.
  const { isSuccess } = useInfiniteQuery(conversationsQuery(search));
  const counts = useQueries({ queries: TABS.map((tab) => ({ ...unreadQuery(tab), enabled: isSuccess })) });
  const items = TABS.map((tab, index) => ({ value: tab, label: t.tabs[tab], count: counts[index]?.data }));
  return (
    <Tabs
      label={t.kinds}
      value={search.tab ?? "all"}
      onValueChange={(tab) => change({ tab: tab === "all" ? undefined : (tab as Tab) })}
      items={items}
    />
  );
}
