/** The inbox: list at the left, the conversation beside it; one of the two on a narrow screen. */

import { Outlet, useParams } from "@tanstack/react-router";
import { cx, useTitle } from "@/ui";
import { ListPane } from "./list/list-pane";
import { useInboxText } from "./text";

export function InboxPage() {
  const t = useInboxText();
  const { conversationId } = useParams({ strict: false });
  useTitle(t.title);
  return (
    <div className="flex h-full">
      <section
        aria-label={t.conversations}
        className={cx(
          "flex w-full min-w-0 shrink-0 flex-col border-line md:w-80 md:border-r lg:w-92",
          conversationId && "max-md:hidden",
        )}
      >
        <ListPane selected={conversationId} />
      </section>
      <div className={cx("min-w-0 flex-1", !conversationId && "max-md:hidden")}>
        <Outlet />
      </div>
    </div>
  );
}
