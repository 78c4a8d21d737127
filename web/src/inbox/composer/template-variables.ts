/**
 * Templates of a provider with places to fill in: `{{1}}`, `{{2}}` or named ones, in header, body and the addresses of
 * buttons; a picture, film or document as the header; a code to copy. As WhatsApp has them:
 * https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components
 */

import type { components } from "@/api";
import { grouped } from "@/grouped";

type Template = components["schemas"]["Template"];

interface Button {
  type?: string;
  text?: string;
  url?: string;
}

interface Part {
  type?: string;
  format?: string;
  text?: string;
  buttons?: Button[];
}

const MEDIA = ["image", "video", "document"] as const;
export type MediaKind = (typeof MEDIA)[number];

export interface Place {
  /** `header`, `body` or `button` and its index. */
  part: string;
  name: string;
  /** Without one, words. */
  kind?: MediaKind | "code";
  /** The button that it is of. */
  button?: { text: string; url: string | undefined };
}

const PLACE = /\{\{\s*([\w.]+)\s*\}\}/g;
/** What nobody can fill in here: it takes more than words and an address. */
const BEYOND = ["carousel", "limited_time_offer"];

/** The places of a template, in the order in which they are read. */
export function placesOf(template: Template): Place[] {
  return [...headerPlaces(template), ...textPlaces(template), ...buttonPlaces(template)];
}

/** Whether everything that the template asks for can be filled in here. */
export function isFillable(template: Template): boolean {
  return partsOf(template).every(({ type = "", format = "" }) => {
    if (BEYOND.includes(type.toLowerCase())) return false;
    return type.toLowerCase() !== "header" || !format || format === "TEXT" || mediaKind(format) !== undefined;
  });
}

/** Whether a place is filled in; a file is one at an https address. */
export function isFilled({ kind }: Place, value: string | undefined): boolean {
  if (!value?.trim()) return false;
  return !kind || kind === "code" || /^https:\/\/\S+$/.test(value.trim());
}

/** What the customer will read; what is not filled in yet stays as it is. */
export function previewOf(template: Template, values: ReadonlyMap<string, string>): string {
  return textsOf(template)
    .map(({ part, text }) => text.replace(PLACE, (place, name: string) => values.get(keyOf({ part, name })) || place))
    .join("\n\n");
}

/** The words on the buttons. */
export function buttonsOf(template: Template): string[] {
  return allButtons(template).map(({ text, type }) => text ?? type ?? "");
}

/** The parameters as the provider wants them. */
export function parametersOf(template: Template, values: ReadonlyMap<string, string>): unknown[] {
  const byPart = grouped(placesOf(template), (place) => place.part);
  return [...byPart].map(([part, places]) => ({
    ...head(part, places),
    parameters: places.map((place) => parameter(place, values.get(keyOf(place))?.trim() ?? "")),
  }));
}

/** The way back: what was filled in, by its parameters. */
export function valuesIn(template: Template, parameters: readonly unknown[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [part, places] of grouped(placesOf(template), (place) => place.part)) {
    const { type, index } = head(part, places);
    const given = (parameters as Given[]).find((one) => one.type === type && one.index === index);
    for (const [at, place] of places.entries()) {
      const text = given?.parameters?.[at]?.text;
      if (text) values.set(keyOf(place), text);
    }
  }
  return values;
}

export function keyOf({ part, name }: Pick<Place, "part" | "name">): string {
  return `${part} ${name}`;
}

interface Given {
  type?: string;
  index?: string;
  parameters?: { text?: string }[];
}

function head(part: string, [place]: Place[]): { type: string; sub_type?: string; index?: string } {
  const [type = "", index] = part.split(" ");
  if (index === undefined) return { type };
  return { type, sub_type: place?.kind === "code" ? "copy_code" : "url", index };
}

function parameter({ name, kind, button }: Place, value: string): unknown {
  if (kind === "code") return { type: "coupon_code", coupon_code: value };
  if (kind === "document") return { type: kind, document: { link: value, filename: fileName(value) } };
  if (kind) return { type: kind, [kind]: { link: value } };
  // Places with a number, and those of buttons, go by their order, others by their name.
  return { type: "text", text: value, ...(button || /^\d+$/.test(name) ? {} : { parameter_name: name }) };
}

/** What the customer reads for a file: the end of its address. */
function fileName(link: string): string | undefined {
  return (
    link
      .replace(/[?#].*$/, "")
      .split("/")
      .at(-1) || undefined
  );
}

function headerPlaces(template: Template): Place[] {
  return partsOf(template).flatMap(({ type, format }) => {
    const kind = type?.toLowerCase() === "header" ? mediaKind(format) : undefined;
    return kind ? [{ part: "header", name: kind, kind }] : [];
  });
}

function textPlaces(template: Template): Place[] {
  return textsOf(template).flatMap(({ part, text }) => namesIn(text).map((name) => ({ part, name })));
}

function buttonPlaces(template: Template): Place[] {
  return allButtons(template).flatMap(({ type, text = "", url }, index): Place[] => {
    const [part, button] = [`button ${index}`, { text, url }];
    if (type?.toUpperCase() === "COPY_CODE") return [{ part, name: "code", kind: "code", button }];
    return namesIn(url ?? "").map((name) => ({ part, name, button }));
  });
}

function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].map((found) => found[1] ?? ""))];
}

function mediaKind(format: string | undefined): MediaKind | undefined {
  return MEDIA.find((kind) => kind === format?.toLowerCase());
}

function partsOf({ components }: Template): Part[] {
  return components as Part[];
}

function allButtons(template: Template): Button[] {
  return partsOf(template).flatMap(({ type, buttons }) => (type?.toLowerCase() === "buttons" ? (buttons ?? []) : []));
}

function textsOf(template: Template): { part: string; text: string }[] {
  const texts = partsOf(template)
    .map(({ type, text }) => ({ part: (type ?? "").toLowerCase(), text: text ?? "" }))
    .filter(({ part, text }) => ["header", "body", "footer"].includes(part) && text !== "");
  return texts.length > 0 || !template.body ? texts : [{ part: "body", text: template.body }];
}
