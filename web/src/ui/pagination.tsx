import { Button } from "./button";
import { useUiText } from "./text";

interface LoadMoreProps {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The next page of a list: takes what `useInfiniteQuery` gives. */
export function LoadMore({ hasNextPage, isFetchingNextPage, fetchNextPage }: LoadMoreProps) {
  const t = useUiText();
  if (!hasNextPage) return null;
  return (
    <div className="flex justify-center p-3">
      <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {t.loadMore}
      </Button>
    </div>
  );
}
