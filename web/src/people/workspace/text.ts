import { catalogue } from "@/i18n";
import en from "@/i18n/en/workspace";

export const useText = catalogue(en, () => import("@/i18n/de/workspace"));
export type Text = typeof en;
