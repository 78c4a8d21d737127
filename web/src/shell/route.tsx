/** The two routes that all others hang on: everything, and everything behind the sign-in. */

import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { meQuery, queryClient, session } from "@/api";
import { PageFailed } from "./failed";
import { Layout } from "./layout";
import { NotFound } from "./not-found";

export const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageFailed,
});

export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  component: Layout,
  errorComponent: PageFailed,
  beforeLoad: async ({ location }) => {
    if (!(await session.resume())) {
      throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { from: location.href } });
    }
    const me = await queryClient.ensureQueryData(meQuery);
    if (me.must_set_up_second_factor && location.pathname !== "/profile") {
      throw redirect({ to: "/profile" });
    }
  },
});

export const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox" });
  },
});
