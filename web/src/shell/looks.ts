import { LANGUAGES, type Language } from "@/i18n";
import type { ThemeChoice } from "@/theme/theme";
import { useShellText } from "./text";

/** Languages are called what their speakers call them. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };

export function useThemes(): { value: ThemeChoice; label: string }[] {
  const t = useShellText();
  return [
    { value: "system", label: t.themeSystem },
    { value: "light", label: t.themeLight },
    { value: "dark", label: t.themeDark },
  ];
}

export const LANGUAGE_OPTIONS = LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }));
