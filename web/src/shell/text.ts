import { catalogue } from "@/i18n";
import en from "@/i18n/en/shell";

export const useShellText = catalogue(en, () => import("@/i18n/de/shell"));
