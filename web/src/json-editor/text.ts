/** What is wrong, in words. */

import { catalogue } from "@/i18n";
import en from "@/i18n/en/json-editor";
import type { LineProblem } from "./json-editor";
import type { Violation } from "./violations";

const useText = catalogue(en, () => import("@/i18n/de/json-editor"));

export function useProblemText() {
  const t = useText();
  return {
    atLine: ({ line, text }: LineProblem) => t.atLine(line, text),
    syntax: (code: string) => t.syntax[code] ?? t.noJson,
    violation: (violation: Violation): string => {
      switch (violation.code) {
        case "unknown_field":
          return t.unknownField(violation.name);
        case "required":
          return t.missing(violation.name);
        case "type":
          return t.type(violation.expected.map((type) => t.types[type] ?? type).join(t.or));
        case "unknown_value":
          return t.unknownValue(violation.words.join(", "));
        case "too_short":
          return t.tooShort(violation.limit);
        case "too_long":
          return t.tooLong(violation.limit);
        case "no_form":
          return t.noForm;
        case "other":
          return violation.message;
      }
    },
  };
}
