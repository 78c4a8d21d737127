import { catalogue } from "@/i18n";
import en from "@/i18n/en/profile";

export const useText = catalogue(en, () => import("@/i18n/de/profile"));
