/** Why a message failed and what to do about it, from the reason that its channel gave. */

import type { ConversationText } from "../conversation-text";
import type { Message } from "../types";

export function failureWords(error: Message["error"], t: ConversationText): string {
  const { reason, title } = (error ?? {}) as { reason?: string; title?: string };
  const known = reason && reason in t.failures ? t.failures[reason as keyof typeof t.failures] : undefined;
  return [known, title && title !== known ? title : undefined].filter(Boolean).join(" ") || t.failedHint;
}
