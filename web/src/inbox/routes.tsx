import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { queryClient } from "@/api";
import { appRoute } from "@/shell/route";
import { parseSearch } from "./filters";
import { conversationQuery, conversationsQuery } from "./queries";

const inbox = createRoute({
  getParentRoute: () => appRoute,
  path: "/inbox",
  validateSearch: parseSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(conversationsQuery(deps)),
  component: lazyRouteComponent(() => import("./page"), "InboxPage"),
});

const nothing = createRoute({
  getParentRoute: () => inbox,
  path: "/",
  component: lazyRouteComponent(() => import("./thread/nothing-selected"), "NothingSelected"),
});

const conversation = createRoute({
  getParentRoute: () => inbox,
  path: "/$conversationId",
  // A message to be led to; it goes out of the address when it is found.
  validateSearch: ({ message }: Record<string, unknown>): { message?: string } =>
    typeof message === "string" && message ? { message } : {},
  loader: ({ params }) => void queryClient.prefetchQuery(conversationQuery(params.conversationId)),
  component: lazyRouteComponent(() => import("./thread/pane"), "ConversationPane"),
});

const board = createRoute({
  getParentRoute: () => appRoute,
  path: "/queue",
  component: lazyRouteComponent(() => import("./board/board"), "Board"),
});

export const inboxRoutes = [inbox.addChildren([nothing, conversation]), board] as const;
