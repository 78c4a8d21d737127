/** What stands before the cursor and asks for something: `/` for texts and macros, `@` for people. */

export interface Asked {
  sign: "/" | "@";
  text: string;
  /** Where the sign stands. */
  start: number;
}

const ASKED = /(^|\s)([/@])([\p{L}\p{N}._-]*)$/u;

export function askedFor(text: string, cursor: number): Asked | undefined {
  const found = ASKED.exec(text.slice(0, cursor));
  if (!found) return undefined;
  const [, space = "", sign, word = ""] = found;
  return { sign: sign as Asked["sign"], text: word.toLocaleLowerCase(), start: found.index + space.length };
}

/** The text with what was asked for in place of the question, and where the cursor stands then. */
export function fillIn(text: string, asked: Asked, cursor: number, filling: string): { text: string; cursor: number } {
  return {
    text: text.slice(0, asked.start) + filling + text.slice(cursor),
    cursor: asked.start + filling.length,
  };
}
