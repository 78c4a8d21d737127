import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { queryClient } from "@/api";
import { appRoute } from "@/shell/route";
import { parseSearch } from "./filters";
import { InboxPage } from "./page";
import { conversationQuery, conversationsQuery } from "./queries";
import { NothingSelected } from "./thread/nothing-selected";

const inbox = createRoute({
  getParentRoute: () => appRoute,
  path: "/inbox",
  validateSearch: parseSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(conversationsQuery(deps)),
  component: InboxPage,
});

const nothing = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: NothingSelected,
});

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: "/$conversationId",
  loader: ({ params }) => void queryClient.prefetchQuery(conversationQuery(params.conversationId)),
  component: lazyRouteComponent(() => import("./thread/pane"), "ConversationPane"),
});

export const inboxRoutes = [inbox.addChildren([nothing, conversation])] as const;
