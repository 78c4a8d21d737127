import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const connections = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections",
  component: lazyRouteComponent(() => import("./page"), "ConnectionsPage"),
});

export const connectionsRoutes = [connections] as const;
