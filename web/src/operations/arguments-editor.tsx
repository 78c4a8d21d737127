/** The arguments of a dead letter, to be mended. Loaded when somebody mends them. */

import { useEffect, useState } from "react";
import { parseDocument } from "@/json-editor/document";
import { JsonEditor } from "@/json-editor/json-editor";
import { useProblemText } from "@/json-editor/text";
import { Button, ErrorNote } from "@/ui";
import { useText } from "./text";

interface Props {
  args: unknown;
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onDirtyChange: (isDirty: boolean) => void;
  /** Rejects when the server refuses. */
  onSave: (args: Record<string, unknown>, andReplay: boolean) => Promise<void>;
}

export default function ArgumentsEditor({ args, busy, error, onCancel, onDirtyChange, onSave }: Props) {
  const t = useText();
  const said = useProblemText();
  const [first] = useState(() => JSON.stringify(args, null, 2));
  const [text, setText] = useState(first);
  const isDirty = text !== first;
  useEffect(() => {
    onDirtyChange(isDirty);
    return () => onDirtyChange(false);
  }, [onDirtyChange, isDirty]);
  const document = parseDocument(text);
  const isObject = typeof document.value === "object" && document.value !== null && !Array.isArray(document.value);
  const problems = document.syntax
    ? [{ line: document.syntax.line, text: said.syntax(document.syntax.code) }]
    : isObject
      ? []
      : [{ line: 1, text: t.dead.notObject }];
  const save = (andReplay: boolean) => {
    // What the server said is shown above the buttons.
    onSave(document.value as Record<string, unknown>, andReplay).catch(() => undefined);
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm text-muted">{t.dead.editHint}</p>
      <JsonEditor label={t.jobs.args} value={text} onChange={setText} problems={problems} say={said.atLine} />
      {Boolean(error) && <ErrorNote error={error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{t.dead.cancelEdit}</Button>
        <Button disabled={problems.length > 0} busy={busy} onClick={() => save(false)}>
          {t.dead.save}
        </Button>
        <Button variant="primary" disabled={problems.length > 0} busy={busy} onClick={() => save(true)}>
          {t.dead.saveAndReplay}
        </Button>
      </div>
    </div>
  );
}
