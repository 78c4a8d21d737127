/** A rule while it is written: the text of its definition, and everything that is wrong with it. */

import type { Schema } from "@cfworker/json-schema";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ProblemError } from "@/api";
import { type JsonDocument, lineOf, parseDocument } from "@/json-editor/document";
import type { LineProblem } from "@/json-editor/json-editor";
import { useProblemText } from "@/json-editor/text";
import { checker } from "@/json-editor/violations";
import { type NewRule, schemaQuery } from "./queries";
import type { Definition } from "./words";

export type Draft = Pick<NewRule, "name" | "description" | "enabled"> & { definition: Definition };

const written = (definition: unknown) => `${JSON.stringify(definition, null, 2)}\n`;

export function useDraft(begin: Draft) {
  const [saved, setSaved] = useState(begin);
  const [fields, setFields] = useState({
    name: begin.name,
    description: begin.description ?? "",
    enabled: begin.enabled ?? false,
  });
  const [text, setText] = useState(() => written(begin.definition));
  const [refusal, setRefusal] = useState<{ error: unknown; text: string }>();
  const document = useMemo(() => parseDocument(text), [text]);
  const schema = useQuery(schemaQuery);
  const problems = useProblems(document, schema.data, refusal?.text === text ? refusal.error : undefined);
  const isRight = problems.length === 0 && document.value !== undefined;
  const changed =
    fields.name !== saved.name ||
    fields.description !== (saved.description ?? "") ||
    fields.enabled !== (saved.enabled ?? false) ||
    text !== written(saved.definition);
  return {
    fields,
    setField: (change: Partial<typeof fields>) => setFields((before) => ({ ...before, ...change })),
    text,
    setText,
    problems,
    /** Without it, mistakes show only when the server is asked. */
    isUnchecked: schema.isError && !schema.data,
    changed,
    /** The definition, if nothing is wrong with it. */
    definition: isRight ? (document.value as Definition) : undefined,
    tidy: () => document.value !== undefined && setText(written(document.value)),
    /** The server has refused this text. */
    refuse: (error: unknown) => setRefusal({ error, text }),
    /** What is saved now; with `replace`, what was written is thrown away for it. */
    settle: (now: Draft, replace = false) => {
      setSaved(now);
      setRefusal(undefined);
      if (replace) {
        setFields({ name: now.name, description: now.description ?? "", enabled: now.enabled ?? false });
        setText(written(now.definition));
      }
    },
  };
}

/** Syntax first, then the schema, and what only the server knows when it has been asked. */
function useProblems(document: JsonDocument, schema: unknown, refusal: unknown): LineProblem[] {
  const said = useProblemText();
  const check = useMemo(() => (schema ? checker(schema as Schema) : undefined), [schema]);
  const violations = useMemo(
    () => (check && document.value !== undefined ? check(document.value) : []),
    [check, document.value],
  );
  if (document.syntax) {
    const { line, code } = document.syntax;
    return [{ line, text: said.syntax(code) }];
  }
  if (violations.length > 0) {
    return sorted(violations.map((one) => ({ line: lineOf(document, one.pointer), text: said.violation(one) })));
  }
  const errors = refusal instanceof ProblemError ? (refusal.problem.errors ?? []) : [];
  const inDefinition = errors.filter(({ pointer }) => pointer.startsWith("/definition"));
  return sorted(
    inDefinition.map(({ pointer, message }) => ({
      line: lineOf(document, pointer.slice("/definition".length)),
      text: message,
    })),
  );
}

const sorted = (problems: LineProblem[]) => problems.toSorted((one, other) => one.line - other.line);
