/** What a key does to the text around the caret, so that JSON can be typed without counting spaces. */

export interface Caret {
  text: string;
  start: number;
  end: number;
}

/** Enter: a new line as deep as the one before, one step deeper behind an opening bracket. */
export function newLine({ text, start, end }: Caret): Caret {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const indent = line.match(/^ */)?.[0] ?? "";
  const opens = /[{[]\s*$/.test(line);
  const closes = /^\s*[}\]]/.test(text.slice(end));
  const inner = `\n${indent}${opens ? "  " : ""}`;
  const outer = opens && closes ? `\n${indent}` : "";
  const at = start + inner.length;
  return { text: text.slice(0, start) + inner + outer + text.slice(end), start: at, end: at };
}
