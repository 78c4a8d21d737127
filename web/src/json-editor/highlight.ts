/** The parts of a JSON text, for colours: what is between two parts is space or does not matter. */

import { createScanner } from "jsonc-parser";

/** What jsonc-parser calls `SyntaxKind`: an enumeration that exists for its own compiler only. */
const NULL = 7;
const TRUE = 8;
const FALSE = 9;
const TEXT = 10;
const NUMBER = 11;
const END = 17;

export type Colour = "name" | "text" | "number" | "word" | "plain";

export interface Part {
  text: string;
  colour: Colour;
}

/** The whole text in parts; put together they are the text again. */
export function highlight(text: string): Part[] {
  const scanner = createScanner(text, false);
  const parts: Part[] = [];
  for (let kind = scanner.scan(); (kind as number) !== END; kind = scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const end = offset + scanner.getTokenLength();
    parts.push({ text: text.slice(offset, end), colour: colourOf(kind, text, end) });
  }
  return parts;
}

function colourOf(kind: number, text: string, end: number): Colour {
  switch (kind) {
    case TEXT:
      return isFollowedByColon(text, end) ? "name" : "text";
    case NUMBER:
      return "number";
    case TRUE:
    case FALSE:
    case NULL:
      return "word";
    default:
      return "plain";
  }
}

const isFollowedByColon = (text: string, end: number) => /^\s*:/.test(text.slice(end, end + 200));
