import { Button } from "@/ui";
import { useInboxText } from "./text";

/** Where a list or a thread goes on, when reading on has failed. */
export function MoreFailed({ retry }: { retry: () => void }) {
  const t = useInboxText();
  return (
    <div role="alert" className="flex items-center justify-center gap-2 p-3 text-sm text-muted">
      {t.moreFailed}
      <Button size="sm" onClick={retry}>
        {t.tryAgain}
      </Button>
    </div>
  );
}
