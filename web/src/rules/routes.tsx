import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { texts } from "@/search-state";
import { appRoute } from "@/shell/route";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/rules",
  validateSearch: texts("presets"),
  component: lazyRouteComponent(() => import("./page"), "RulesPage"),
});

const runs = createRoute({
  getParentRoute: () => appRoute,
  path: "/rules/runs",
  validateSearch: texts("rule_id", "conversation_id", "run"),
  component: lazyRouteComponent(() => import("./runs"), "RunsPage"),
});

const create = createRoute({
  getParentRoute: () => appRoute,
  path: "/rules/new",
  validateSearch: texts("preset"),
  component: lazyRouteComponent(() => import("./edit"), "NewRulePage"),
});

const edit = createRoute({
  getParentRoute: () => appRoute,
  path: "/rules/$ruleId",
  component: lazyRouteComponent(() => import("./edit"), "EditRulePage"),
});

export const rulesRoutes = [list, runs, create, edit] as const;
