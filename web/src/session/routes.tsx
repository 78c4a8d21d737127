/** Pages for whoever is not signed in. The paths are those of the links in e-mails. */

import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { session } from "@/api";
import { rootRoute } from "@/shell/route";

/** A path of ours to go on to; never an address of somebody else's. */
function inside(path: unknown): string | undefined {
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : undefined;
}

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { from?: string } => {
    const from = inside(search.from);
    return from ? { from } : {};
  },
  beforeLoad: ({ search }) => {
    if (session.state === "signed-in") throw redirect({ href: search.from ?? "/inbox" });
  },
  component: lazyRouteComponent(() => import("./sign-in"), "SignIn"),
});

const forgotPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("./forgot-password"), "ForgotPassword"),
});

const resetPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./reset-password"), "ResetPassword"),
});

const acceptInvitation = createRoute({
  getParentRoute: () => rootRoute,
  path: "/accept-invitation",
  component: lazyRouteComponent(() => import("./accept-invitation"), "AcceptInvitation"),
});

export const sessionRoutes = [signIn, forgotPassword, resetPassword, acceptInvitation] as const;
