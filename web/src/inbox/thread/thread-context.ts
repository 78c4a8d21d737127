import { createContext, useContext } from "react";
import type { Conversation, Message } from "../types";

interface ThreadParts {
  conversation: Conversation;
  /** What is loaded. */
  messages: Message[];
  /** Leads to a message, however old it is. */
  find: (id: string) => void;
}

export const ThreadContext = createContext<ThreadParts | undefined>(undefined);

/** The thread that something stands in. */
export function useThreadParts(): ThreadParts {
  const parts = useContext(ThreadContext);
  if (!parts) throw new Error("only inside a thread");
  return parts;
}
