/** What surrounds all pages: the server's state, tooltips, toasts and questions. */

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, useEffect } from "react";
import { queryClient, session } from "@/api";
import { router } from "@/routes";
import { ConfirmHost, startShortcuts, ToastHost } from "@/ui";

export function App() {
  useEffect(() => startShortcuts(), []);
  useEffect(() => session.subscribe(leaveWhenSignedOut), []);
  return (
    <QueryClientProvider client={queryClient}>
      <Suspense>
        <RouterProvider router={router} />
        <ToastHost />
        <ConfirmHost />
      </Suspense>
    </QueryClientProvider>
  );
}

/** Nothing of a person's stays on the screen or in memory after their session. */
function leaveWhenSignedOut(): void {
  if (session.state !== "signed-out") return;
  queryClient.clear();
  const { pathname, href } = router.state.location;
  if (router.state.matches.some((match) => match.routeId === "/app")) {
    void router.navigate({ to: "/sign-in", search: pathname === "/" ? {} : { from: href } });
  }
}
