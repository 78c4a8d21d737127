import { useNavigate } from "@tanstack/react-router";
import { Hand, ListStart, Plus, Search, X } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { IconButton, Input, useShortcut } from "@/ui";
import { useTakeNext } from "../actions/mutations";
import { useInboxText } from "../text";
import { useInboxSearch } from "../use-search";

const QueuesButton = lazy(() => import("./queues-button").then((module) => ({ default: module.QueuesButton })));
const NewMenu = lazy(() => import("../dialogs/new-menu").then((module) => ({ default: module.NewMenu })));

interface ListHeaderProps {
  searching: boolean;
  onSearch: () => void;
  onClose: () => void;
}

/** How long somebody stops typing before the server is asked. */
const PAUSE_MS = 200;

export function ListHeader({ searching, onSearch, onClose }: ListHeaderProps) {
  const t = useInboxText();
  const navigate = useNavigate();
  const takeNext = useTakeNext((id) => void navigate({ to: "/inbox/$conversationId", params: { conversationId: id } }));
  useShortcut("n", t.takeNext, () => takeNext.mutate(undefined), { group: t.inboxGroup });
  if (searching) return <SearchField onClose={onClose} />;
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 px-3">
      <h1 className="flex-1 text-lg font-semibold">{t.title}</h1>
      <IconButton label={t.searchInbox} icon={<Search />} shortcut="/" onClick={onSearch} />
      <IconButton
        label={t.takeNext}
        icon={<Hand />}
        shortcut="n"
        busy={takeNext.isPending}
        onClick={() => takeNext.mutate(undefined)}
      />
      <Suspense fallback={<IconButton label={t.queues} icon={<ListStart />} disabled />}>
        <QueuesButton />
      </Suspense>
      <Suspense fallback={<IconButton label={t.newConversation} icon={<Plus />} disabled />}>
        <NewMenu />
      </Suspense>
    </header>
  );
}

function SearchField({ onClose }: { onClose: () => void }) {
  const t = useInboxText();
  const [search, change] = useInboxSearch();
  const [text, setText] = useState(search.q ?? "");
  useEffect(() => {
    const timer = setTimeout(() => change({ q: text.trim() || undefined }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, change]);
  return (
    <search className="flex h-12 shrink-0 items-center gap-1 px-3">
      <h1 className="sr-only">{t.title}</h1>
      <div className="flex-1">
        <Input
          type="search"
          aria-label={t.searchInbox}
          placeholder={t.searchPlaceholder}
          icon={<Search />}
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") onClose();
          }}
        />
      </div>
      <IconButton label={t.closeSearch} icon={<X />} onClick={onClose} />
    </search>
  );
}
