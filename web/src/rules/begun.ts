/** What was adjusted in a preset goes along to its text, in the state of the address: a reload keeps it, a link does not have it. */

import { useLocation } from "@tanstack/react-router";
import type { Draft } from "./use-draft";

type Begun = Pick<Draft, "name" | "definition">;

export const withBegun = (begun: Begun) => ({ begun }) as object;

export function useBegun(): Begun | undefined {
  return useLocation({ select: ({ state }) => (state as { begun?: Begun }).begun });
}
