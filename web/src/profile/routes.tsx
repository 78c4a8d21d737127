import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/shell/route";

const profile = createRoute({
  getParentRoute: () => appRoute,
  path: "/profile",
  component: lazyRouteComponent(() => import("./page"), "ProfilePage"),
});

export const profileRoutes = [profile] as const;
