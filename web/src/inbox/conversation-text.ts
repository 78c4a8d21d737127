import { catalogue } from "@/i18n";
import conversation from "@/i18n/en/conversation";
import inbox from "@/i18n/en/inbox";

const en = { ...inbox, ...conversation };

/** Words of conversations and of the list: for everything that is loaded with a conversation. */
export const useConversationText = catalogue(en, async () => {
  const [list, rest] = await Promise.all([import("@/i18n/de/inbox"), import("@/i18n/de/conversation")]);
  return { default: { ...list.default, ...rest.default } };
});
export type ConversationText = typeof en;
