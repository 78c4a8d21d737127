/** Regular expressions of schemas, which the server runs by Rust's rules and the browser by those of ECMAScript. */

/** Letters that mean something after a backslash under the flag `u`; anything else there must be no letter at all. */
const MEANINGFUL = /^[\^$\\.*+?()[\]{}|/dDsSwWbBfnrtvcxupPk0-9]$/;

/**
 * The pattern in ECMAScript's words, or `undefined` where it has none: then the server alone judges.
 *
 * Rust takes a backslash before any punctuation, such as `\-` or `\@`, which the flag `u` refuses.
 */
export function browserPattern(pattern: string): string | undefined {
  const rewritten = pattern.replace(/\\([\s\S])/g, (escaped, character: string) =>
    MEANINGFUL.test(character) ? escaped : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  try {
    new RegExp(rewritten, "u");
    return rewritten;
  } catch {
    return undefined;
  }
}
