import { chooseLanguage, LANGUAGES, useLanguage } from "@/i18n";
import { LANGUAGE_NAMES, useThemes } from "@/shell/looks";
import { chooseTheme, useThemeChoice } from "@/theme/theme";
import { Field, Section, Select } from "@/ui";
import { useText } from "./text";

export function Looks() {
  const t = useText();
  const themes = useThemes();
  const [theme, language] = [useThemeChoice(), useLanguage()];
  return (
    <Section title={t.looks} description={t.onThisDevice}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t.theme}>
          <Select
            value={theme}
            onValueChange={(value) => chooseTheme(themes.find((known) => known.value === value)?.value ?? "system")}
            options={themes}
          />
        </Field>
        <Field label={t.language}>
          <Select
            value={language}
            onValueChange={(value) => chooseLanguage(LANGUAGES.find((known) => known === value) ?? "en")}
            options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          />
        </Field>
      </div>
    </Section>
  );
}
