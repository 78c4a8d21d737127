import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const people = createRoute({
  getParentRoute: () => appRoute,
  path: "/people",
  component: lazyRouteComponent(() => import("./page"), "PeoplePage"),
});

export const peopleRoutes = [people] as const;
