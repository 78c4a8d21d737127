/**
 * Texts of a feature in the language of the person. English comes with the feature, German when somebody wants it.
 *
 * A catalogue is a plain object: `i18n/en/<feature>.ts` is the source, `i18n/de/<feature>.ts` has its type. Messages
 * with parameters are functions, so that the compiler knows them as well.
 */

import { use } from "react";
import { useLanguage } from "./language";

/** A hook with the texts of one feature; `de` is the lazy import of the German file. */
export function catalogue<Texts extends object>(en: Texts, de: () => Promise<{ default: Texts }>): () => Texts {
  let german: Promise<Texts> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each feature, at the top of its `text.ts`.
  return function useText(): Texts {
    if (useLanguage() === "en") return en;
    german ??= de().then((module) => module.default);
    return use(german);
  };
}

/** Picks the form of a word that goes with a number. */
export function plurals(tag: string): (count: number, forms: { one: string; other: string }) => string {
  const rules = new Intl.PluralRules(tag);
  const numbers = new Intl.NumberFormat(tag);
  return (count, forms) =>
    (rules.select(count) === "one" ? forms.one : forms.other).replace("#", numbers.format(count));
}
