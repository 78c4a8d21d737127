/** A JSON text with the places of everything in it, so that a problem can be shown at its line. */

import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { steps } from "./pointer";

/** A text that is JSON, or why it is none. */
export interface JsonDocument {
  text: string;
  /** What it says; undefined while something is wrong with the syntax. */
  value: unknown;
  /** The first thing wrong with the syntax: what follows it is mostly its consequence. */
  syntax: { line: number; offset: number; code: string } | undefined;
  root: Node | undefined;
}

export function parseDocument(text: string): JsonDocument {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [first] = errors;
  if (first) {
    const code = printParseErrorCode(first.error);
    return { text, root, value: undefined, syntax: { line: lineAt(text, first.offset), offset: first.offset, code } };
  }
  return { text, root, value: JSON.parse(text), syntax: undefined };
}

/** The line, counted from 1, of what a pointer points at: of the closest thing around it where it is missing. */
export function lineOf(document: JsonDocument, pointer: string): number {
  return lineAt(document.text, offsetOf(document, pointer));
}

/** Where what a pointer points at begins: a member with its name, so that the line is the one that names it. */
export function offsetOf({ root }: JsonDocument, pointer: string): number {
  if (!root) {
    return 0;
  }
  const path = steps(pointer);
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node) {
      return (node.parent?.type === "property" ? node.parent : node).offset;
    }
  }
  return root.offset;
}

function nodeAt(root: Node, path: string[]): Node | undefined {
  return path.reduce<Node | undefined>((node, step) => {
    if (!node) {
      return undefined;
    }
    return findNodeAtLocation(node, [node.type === "array" ? Number(step) : step]);
  }, root);
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < offset; i = text.indexOf("\n", i + 1)) {
    line++;
  }
  return line;
}
