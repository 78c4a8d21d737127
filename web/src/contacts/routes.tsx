import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { texts } from "@/search-state";
import { appRoute } from "@/shell/route";

const list = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts",
  validateSearch: texts("search", "brand", "company_id", "blocked"),
  component: lazyRouteComponent(() => import("./page"), "ContactsPage"),
});

const companies = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts/companies",
  validateSearch: texts("search", "company"),
  component: lazyRouteComponent(() => import("./companies"), "CompaniesPage"),
});

const contact = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts/$contactId",
  validateSearch: texts("view"),
  component: lazyRouteComponent(() => import("./contact"), "ContactPage"),
});

export const contactsRoutes = [list, companies, contact] as const;
