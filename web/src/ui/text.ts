import { catalogue } from "@/i18n/catalogue";
import en from "@/i18n/en/ui";

export const useUiText = catalogue(en, () => import("@/i18n/de/ui"));
