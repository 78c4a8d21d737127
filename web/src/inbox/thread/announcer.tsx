/** Says aloud what comes while a thread is open. What scrolls into view has been there before: the list itself is silent. */

import { useState } from "react";
import type { Message } from "../types";
import { useSenderName } from "./message-entry";

export function Announcer({ messages }: { messages: Message[] }) {
  const last = messages.at(-1);
  const [known, setKnown] = useState(last?.id);
  if (known === undefined && last) setKnown(last.id);
  return (
    <p aria-live="polite" className="sr-only">
      {last && known !== undefined && last.id !== known && <Said message={last} />}
    </p>
  );
}

function Said({ message }: { message: Message }) {
  const name = useSenderName(message);
  return <span key={message.id}>{`${name}: ${message.preview}`}</span>;
}
