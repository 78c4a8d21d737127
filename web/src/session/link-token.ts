/**
 * The token of a link from an e-mail. It stands behind `#`, which no server sees; once read, it leaves the address as well, so
 * that it stays in no history.
 */

import { useState } from "react";

export function useLinkToken(): string | undefined {
  const [token] = useState(takeToken);
  return token;
}

const taken = new Map<string, string>();

function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    taken.set(location.pathname, token);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  // React asks twice in development.
  return token ?? taken.get(location.pathname);
}
