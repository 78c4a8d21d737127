import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { texts } from "@/search-state";
import { appRoute } from "@/shell/route";

const connections = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections",
  component: lazyRouteComponent(() => import("./page"), "ConnectionsPage"),
});

const plugins = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections/plugins",
  component: lazyRouteComponent(() => import("./plugins"), "PluginsPage"),
});

const plugin = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections/plugins/$plugin",
  validateSearch: texts("part"),
  component: lazyRouteComponent(() => import("./plugin"), "PluginPage"),
});

const deliveries = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections/deliveries",
  validateSearch: texts("outcome", "connection_id", "delivery"),
  component: lazyRouteComponent(() => import("./deliveries"), "DeliveriesPage"),
});

const create = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections/new/$plugin",
  component: lazyRouteComponent(() => import("./create"), "CreatePage"),
});

const connection = createRoute({
  getParentRoute: () => appRoute,
  path: "/connections/$connection",
  validateSearch: texts("part", "outcome", "delivery", "failed", "test"),
  component: lazyRouteComponent(() => import("./connection"), "ConnectionPage"),
});

export const connectionsRoutes = [connections, plugins, plugin, deliveries, create, connection] as const;
