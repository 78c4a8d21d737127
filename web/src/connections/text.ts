import { catalogue } from "@/i18n";
import en from "@/i18n/en/connections";

export const useText = catalogue(en, () => import("@/i18n/de/connections"));
export type Text = typeof en;
