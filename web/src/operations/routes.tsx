import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const operations = createRoute({
  getParentRoute: () => appRoute,
  path: "/operations",
  component: lazyRouteComponent(() => import("./page"), "OperationsPage"),
});

export const operationsRoutes = [operations] as const;
