import { catalogue } from "@/i18n";
import en from "@/i18n/en/operations";

export const useText = catalogue(en, () => import("@/i18n/de/operations"));
export type Text = typeof en;
