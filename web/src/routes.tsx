/** All pages there are. Each feature names its own in `<feature>/routes.tsx`; what is behind the sign-in hangs on `appRoute`. */

import { createRouter } from "@tanstack/react-router";
import { connectionsRoutes } from "@/connections/routes";
import { contactsRoutes } from "@/contacts/routes";
import { inboxRoutes } from "@/inbox/routes";
import { operationsRoutes } from "@/operations/routes";
import { peopleRoutes } from "@/people/routes";
import { profileRoutes } from "@/profile/routes";
import { rulesRoutes } from "@/rules/routes";
import { sessionRoutes } from "@/session/routes";
import { appRoute, homeRoute, rootRoute } from "@/shell/route";
import { SkeletonRows } from "@/ui";

const routeTree = rootRoute.addChildren([
  ...sessionRoutes,
  appRoute.addChildren([
    homeRoute,
    ...inboxRoutes,
    ...contactsRoutes,
    ...connectionsRoutes,
    ...rulesRoutes,
    ...operationsRoutes,
    ...peopleRoutes,
    ...profileRoutes,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPendingComponent: SkeletonRows,
  defaultPendingMs: 200,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
