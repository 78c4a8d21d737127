import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { texts } from "@/search-state";
import { appRoute } from "@/shell/route";

const people = createRoute({
  getParentRoute: () => appRoute,
  path: "/people",
  component: lazyRouteComponent(() => import("./page"), "PeopleLayout"),
});

const home = createRoute({
  getParentRoute: () => people,
  path: "/",
  component: lazyRouteComponent(() => import("./page"), "PeopleHome"),
});

const users = createRoute({
  getParentRoute: () => people,
  path: "users",
  validateSearch: texts("user", "search", "inactive"),
  component: lazyRouteComponent(() => import("./users"), "UsersPage"),
});

const teams = createRoute({
  getParentRoute: () => people,
  path: "teams",
  validateSearch: texts("team"),
  component: lazyRouteComponent(() => import("./teams"), "TeamsPage"),
});

const roles = createRoute({
  getParentRoute: () => people,
  path: "roles",
  validateSearch: texts("role"),
  component: lazyRouteComponent(() => import("./roles"), "RolesPage"),
});

const apiKeys = createRoute({
  getParentRoute: () => people,
  path: "api-keys",
  component: lazyRouteComponent(() => import("./api-keys"), "ApiKeysPage"),
});

const audit = createRoute({
  getParentRoute: () => people,
  path: "audit-log",
  validateSearch: texts("user_id", "target_kind", "target_id", "from", "until", "entry"),
  component: lazyRouteComponent(() => import("./audit"), "AuditPage"),
});

const settings = createRoute({
  getParentRoute: () => people,
  path: "settings",
  component: lazyRouteComponent(() => import("./workspace/settings"), "SettingsPage"),
});

const tags = createRoute({
  getParentRoute: () => people,
  path: "tags",
  component: lazyRouteComponent(() => import("./workspace/tags"), "TagsPage"),
});

const attributes = createRoute({
  getParentRoute: () => people,
  path: "attributes",
  component: lazyRouteComponent(() => import("./workspace/attributes"), "AttributesPage"),
});

const brands = createRoute({
  getParentRoute: () => people,
  path: "brands",
  component: lazyRouteComponent(() => import("./workspace/brands"), "BrandsPage"),
});

const canned = createRoute({
  getParentRoute: () => people,
  path: "canned-responses",
  component: lazyRouteComponent(() => import("./workspace/canned"), "CannedPage"),
});

const macros = createRoute({
  getParentRoute: () => people,
  path: "macros",
  component: lazyRouteComponent(() => import("./workspace/macros"), "MacrosPage"),
});

export const peopleRoutes = [
  people.addChildren([home, users, teams, roles, apiKeys, audit, settings, tags, attributes, brands, canned, macros]),
] as const;
