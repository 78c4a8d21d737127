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

export interface Written {
  text: string;
  cursor: number;
}

/**
 * The text with what was asked for in place of the question, and where the cursor stands then. The person may have gone on
 * writing meanwhile: what they wrote stays. Nothing, if they have taken the question out again.
 */
export function answered(now: Written, question: string, start: number, answer: string): Written | undefined {
  const moved = question.length > 1 ? now.text.lastIndexOf(question) : -1;
  const at = now.text.startsWith(question, start) ? start : moved;
  if (at < 0) return undefined;
  const end = at + question.length;
  return {
    text: now.text.slice(0, at) + answer + now.text.slice(end),
    cursor: now.cursor <= at ? now.cursor : Math.max(now.cursor, end) + answer.length - question.length,
  };
}

/** The text with more at the cursor. A `/` asks for something only where a word could begin. */
export function inserted({ text, cursor }: Written, more: string): Written {
  const before = text.slice(0, cursor);
  const added = more === "/" && /\S$/.test(before) ? " /" : more;
  return { text: before + added + text.slice(cursor), cursor: cursor + added.length };
}

/** Of the people who were chosen, those whom the text still speaks to. */
export function mentioned(text: string, chosen: { id: string; name: string }[] = []): string[] {
  return [...new Set(chosen.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id))];
}
