/**
 * Texts in English and German. In a feature:
 *
 * ```ts
 * // src/rules/text.ts
 * import en from "@/i18n/en/rules";
 * export const useText = catalogue(en, () => import("@/i18n/de/rules"));
 * ```
 *
 * and in its components `const t = useText()`, `t.title`, `t.enabled(3)`. Both files have a default export; a test
 * compares them. The kit has its own words in `ui.ts`.
 */

export { catalogue, plurals } from "./catalogue";
export { type Format, format, useFormat } from "./format";
export { chooseLanguage, LANGUAGES, type Language, language, useLanguage } from "./language";
