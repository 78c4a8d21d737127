import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const contacts = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts",
  component: lazyRouteComponent(() => import("./page"), "ContactsPage"),
});

export const contactsRoutes = [contacts] as const;
