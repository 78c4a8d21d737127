import { catalogue } from "@/i18n";
import en from "@/i18n/en/rules";

export const useText = catalogue(en, () => import("@/i18n/de/rules"));
export type Text = typeof en;
