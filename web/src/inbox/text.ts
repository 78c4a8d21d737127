import { catalogue } from "@/i18n";
import en from "@/i18n/en/inbox";

/** Words of the list. */
export const useInboxText = catalogue(en, () => import("@/i18n/de/inbox"));
export type InboxText = typeof en;
