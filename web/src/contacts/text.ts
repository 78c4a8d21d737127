import { catalogue } from "@/i18n";
import en from "@/i18n/en/contacts";

export const useText = catalogue(en, () => import("@/i18n/de/contacts"));
