/** The two routes that all others hang on: everything, and everything behind the sign-in. */

import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { isOffline, lastMe, meQuery, queryClient, session } from "@/api";
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
    if (!(await isSignedIn())) {
      throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { from: location.href } });
    }
    const me = await queryClient.ensureQueryData(meQuery);
    if (me.must_set_up_second_factor && location.pathname !== "/profile") {
      throw redirect({ to: "/profile" });
    }
  },
});

/** Whether somebody is signed in. Without a network it is whoever was last: what they have read is on the device. */
async function isSignedIn(): Promise<boolean> {
  try {
    return await session.resume();
  } catch (error) {
    const me = isOffline(error) ? lastMe() : undefined;
    if (!me) throw error;
    queryClient.setQueryData(meQuery.queryKey, (now) => now ?? me, { updatedAt: 0 });
    return true;
  }
}

export const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox" });
  },
});
