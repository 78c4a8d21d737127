/** What is kept of the server's state, and when it is asked again. */

import { MutationCache, onlineManager, QueryCache, QueryClient } from "@tanstack/react-query";
import { ProblemError } from "signalbox-client";
import { isOffline, isProblem } from "./problems";
import { session } from "./session";

const RETRIES = 2;

// By itself it believes in a network until it loses one.
onlineManager.setOnline(navigator.onLine);

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: endIfUnauthenticated }),
  mutationCache: new MutationCache({ onError: endIfUnauthenticated }),
  defaultOptions: {
    queries: { staleTime: 30_000, retry: again, refetchOnWindowFocus: true },
    // A refused token changed nothing: the same request may go again with a new one.
    mutations: { retry: (count, error) => count < 1 && isProblem(error, "unauthenticated"), networkMode: "always" },
  },
});

/** Refusals stay refusals; what may pass by itself is tried again. */
function again(count: number, error: unknown): boolean {
  if (isProblem(error, "unauthenticated")) {
    if (count > 0) return false;
    void session.renew().catch(() => undefined);
    return true;
  }
  if (error instanceof ProblemError) return error.problem.status >= 500 && count < RETRIES;
  return isOffline(error) && count < RETRIES;
}

function endIfUnauthenticated(error: unknown): void {
  if (isProblem(error, "unauthenticated")) session.end();
}
