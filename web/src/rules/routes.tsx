import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const rules = createRoute({
  getParentRoute: () => appRoute,
  path: "/rules",
  component: lazyRouteComponent(() => import("./page"), "RulesPage"),
});

export const rulesRoutes = [rules] as const;
