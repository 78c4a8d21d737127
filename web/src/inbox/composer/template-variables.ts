/** Templates of a provider with places to fill in: `{{1}}`, `{{2}}` or named ones, in header and body. */

import type { components } from "@/api";
import { grouped } from "@/grouped";

type Template = components["schemas"]["Template"];

interface Part {
  type?: string;
  format?: string;
  text?: string;
}

export interface Place {
  /** `header` or `body`. */
  part: string;
  name: string;
}

const PLACE = /\{\{\s*([\w.]+)\s*\}\}/g;

/** The places of a template, in the order in which they are read. */
export function placesOf(template: Template): Place[] {
  return partsOf(template).flatMap(({ part, text }) =>
    [...new Set([...text.matchAll(PLACE)].map((found) => found[1] ?? ""))].map((name) => ({ part, name })),
  );
}

/** What the customer will read; what is not filled in yet stays as it is. */
export function previewOf(template: Template, values: ReadonlyMap<string, string>): string {
  return partsOf(template)
    .map(({ part, text }) => text.replace(PLACE, (place, name: string) => values.get(keyOf({ part, name })) || place))
    .join("\n\n");
}

/** The parameters as the provider wants them. */
export function parametersOf(template: Template, values: ReadonlyMap<string, string>): unknown[] {
  const byPart = grouped(placesOf(template), (place) => place.part);
  return [...byPart].map(([part, places]) => ({
    type: part,
    parameters: places.map((place) => ({
      type: "text",
      text: values.get(keyOf(place)) ?? "",
      // Places with a number go by their order, others by their name.
      ...(/^\d+$/.test(place.name) ? {} : { parameter_name: place.name }),
    })),
  }));
}

export function keyOf({ part, name }: Place): string {
  return `${part} ${name}`;
}

function partsOf({ components, body }: Template): { part: string; text: string }[] {
  const texts = (components as Part[])
    .map(({ type, text }) => ({ part: (type ?? "").toLowerCase(), text: text ?? "" }))
    .filter(({ part, text }) => ["header", "body", "footer"].includes(part) && text !== "");
  return texts.length > 0 || !body ? texts : [{ part: "body", text: body }];
}
