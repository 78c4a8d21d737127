import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const inbox = createRoute({
  getParentRoute: () => appRoute,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./page"), "InboxPage"),
});

export const inboxRoutes = [inbox] as const;
