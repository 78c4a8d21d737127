/**
 * A text field for JSON: line numbers, colours, and marks at the lines that something is wrong with. The field itself is
 * a plain `textarea`, so that undo, spelling aids, screen readers and the keyboard work as everywhere; Tab leaves it.
 */

import { type KeyboardEvent, useDeferredValue, useId, useMemo, useRef } from "react";
import { cx } from "@/ui";
import { highlight } from "./highlight";
import { newLine } from "./indent";
import "./json-editor.css";

/** Something wrong, in words, and where. */
export interface LineProblem {
  line: number;
  text: string;
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problems: LineProblem[];
  /** "Line 7: …", in the reader's language. */
  say: (problem: LineProblem) => string;
  readOnly?: boolean;
}

export function JsonEditor({ label, value, onChange, problems, say, readOnly = false }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const lines = value.split("\n").length;
  const wrong = new Map(problems.map(({ line, text }) => [line, text]));

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey || readOnly) {
      return;
    }
    event.preventDefault();
    const { selectionStart: start, selectionEnd: end } = event.currentTarget;
    const next = newLine({ text: value, start, end });
    // Typed rather than set: there is no other way to leave the browser's undo as it is.
    document.execCommand("insertText", false, next.text.slice(start, next.text.length - (value.length - end)));
    event.currentTarget.setSelectionRange(next.start, next.end);
  };

  return (
    <div className="json-editor">
      <div className="json-editor-body">
        <div className="json-editor-gutter" aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => i + 1).map((line) => (
            <div key={line} className={wrong.has(line) ? "json-editor-wrong" : undefined} title={wrong.get(line)}>
              {line}
            </div>
          ))}
        </div>
        <div className="json-editor-field">
          <Colours text={value} wrong={wrong} />
          <textarea
            ref={field}
            aria-label={label}
            aria-invalid={problems.length > 0}
            aria-describedby={problems.length > 0 ? list : undefined}
            value={value}
            rows={lines}
            readOnly={readOnly}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            wrap="off"
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </div>
      </div>
      {problems.length > 0 && (
        <ul id={list} className="json-editor-problems">
          {problems.map((problem) => (
            <li key={`${problem.line} ${problem.text}`}>
              <button type="button" onClick={() => goTo(field.current, value, problem.line)}>
                {say(problem)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The text once more, in colours, behind the field whose own letters cannot be seen. */
function Colours({ text, wrong }: { text: string; wrong: Map<number, string> }) {
  const deferred = useDeferredValue(text);
  const parts = useMemo(() => byLine(deferred), [deferred]);
  return (
    <pre aria-hidden="true" className="json-editor-colours">
      {parts.map((line) => (
        <span key={line.number} className={cx("json-editor-line", wrong.has(line.number) && "json-editor-wrong-line")}>
          {line.parts.map((part) => (
            <span key={part.at} className={`json-editor-${part.colour}`}>
              {part.text}
            </span>
          ))}
        </span>
      ))}
    </pre>
  );
}

function byLine(text: string) {
  const lines = [{ number: 1, parts: [] as { at: number; text: string; colour: string }[] }];
  let at = 0;
  for (const { text: piece, colour } of highlight(text)) {
    for (const [i, slice] of piece.split("\n").entries()) {
      if (i > 0) {
        lines.push({ number: lines.length + 1, parts: [] });
        at++;
      }
      if (slice) {
        lines[lines.length - 1]?.parts.push({ at, text: slice, colour });
        at += slice.length;
      }
    }
  }
  return lines;
}

/** Selects the line, which also brings it into view. */
function goTo(field: HTMLTextAreaElement | null, text: string, line: number) {
  if (!field) {
    return;
  }
  const start =
    text
      .split("\n")
      .slice(0, line - 1)
      .join("\n").length + (line > 1 ? 1 : 0);
  const end = text.indexOf("\n", start);
  field.focus();
  field.setSelectionRange(start, end === -1 ? text.length : end);
}
