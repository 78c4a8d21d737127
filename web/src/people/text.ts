import { catalogue } from "@/i18n";
import en from "@/i18n/en/people";

export const useText = catalogue(en, () => import("@/i18n/de/people"));
export type Text = typeof en;
