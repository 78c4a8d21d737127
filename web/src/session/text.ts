import { catalogue } from "@/i18n";
import en from "@/i18n/en/session";

export const useSessionText = catalogue(en, () => import("@/i18n/de/session"));
