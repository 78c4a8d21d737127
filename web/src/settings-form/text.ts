import { catalogue } from "@/i18n";
import en from "@/i18n/en/settings-form";

export const useFormText = catalogue(en, () => import("@/i18n/de/settings-form"));
export type FormText = typeof en;
