import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { texts } from "@/search-state";
import { appRoute } from "@/shell/route";

const operations = createRoute({
  getParentRoute: () => appRoute,
  path: "/operations",
  component: lazyRouteComponent(() => import("./page"), "OperationsPage"),
});

const home = createRoute({
  getParentRoute: () => operations,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/operations/overview" });
  },
});

const overview = createRoute({
  getParentRoute: () => operations,
  path: "overview",
  component: lazyRouteComponent(() => import("./overview"), "Overview"),
});

const jobs = createRoute({
  getParentRoute: () => operations,
  path: "jobs",
  validateSearch: texts("lane", "kind", "state", "key", "connection_id", "job"),
  component: lazyRouteComponent(() => import("./jobs"), "Jobs"),
});

const deadLetters = createRoute({
  getParentRoute: () => operations,
  path: "dead-letters",
  validateSearch: texts("lane", "kind", "key", "connection_id", "letter"),
  component: lazyRouteComponent(() => import("./dead-letters"), "DeadLetters"),
});

const holds = createRoute({
  getParentRoute: () => operations,
  path: "held-back",
  component: lazyRouteComponent(() => import("./holds"), "Holds"),
});

const workers = createRoute({
  getParentRoute: () => operations,
  path: "workers",
  component: lazyRouteComponent(() => import("./workers"), "Workers"),
});

export const operationsRoutes = [operations.addChildren([home, overview, jobs, deadLetters, holds, workers])] as const;
