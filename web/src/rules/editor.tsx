/** The form of a rule. What is wrong stands at its line; what is right also stands there in words. */

import { useMutation } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { fieldError, isProblem } from "@/api";
import { JsonEditor } from "@/json-editor/json-editor";
import { useProblemText } from "@/json-editor/text";
import { Badge, Button, confirm, ErrorNote, Field, Input, Section, Switch, Textarea } from "@/ui";
import type { Rule } from "./queries";
import { Sentence } from "./rules-list";
import { useText } from "./text";
import { type Draft, useDraft } from "./use-draft";

interface Props {
  begin: Draft;
  /** Of a rule that there is: what is saved replaces this version and no other. */
  version?: number;
  action: string;
  readOnly?: boolean;
  save: (draft: Draft, version?: number) => Promise<Rule>;
  /** The rule as it is on the server by now. */
  latest?: () => Promise<Rule | undefined>;
  onSaved: (rule: Rule) => void | Promise<void>;
}

export function Editor({ begin, version, action, readOnly = false, save, latest, onSaved }: Props) {
  const t = useText();
  const said = useProblemText();
  const draft = useDraft(begin);
  const [seen, setSeen] = useState(version);
  const leave = useLeaveGuard(draft.changed && !readOnly);
  const saving = useMutation({
    mutationFn: ({ written, over }: { written: Draft; over: number | undefined }) => save(written, over),
    onSuccess: async (rule, { written }) => {
      draft.settle(written);
      setSeen(rule.version);
      leave.allow();
      await onSaved(rule);
    },
    onError: (error) => draft.refuse(error),
  });
  const submit = (over = seen) => {
    if (draft.definition) {
      saving.mutate({
        written: { ...draft.fields, name: draft.fields.name.trim(), definition: draft.definition },
        over,
      });
    }
  };
  const conflict = isProblem(saving.error, "precondition_failed");
  const { fields, setField, problems } = draft;
  return (
    <form
      className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_320px]"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex min-w-0 flex-col gap-4">
        <Field label={t.name} required error={fieldError(saving.error, "/name")}>
          <Input
            value={fields.name}
            maxLength={255}
            required
            readOnly={readOnly}
            onChange={(event) => setField({ name: event.target.value })}
          />
        </Field>
        <Field label={t.ruleDescription} error={fieldError(saving.error, "/description")}>
          <Textarea
            rows={2}
            value={fields.description}
            maxLength={2000}
            readOnly={readOnly}
            onChange={(event) => setField({ description: event.target.value })}
          />
        </Field>
        <Section
          title={t.editor.definition}
          description={t.editor.definitionHint}
          actions={
            !readOnly && (
              <Button size="sm" variant="ghost" onClick={draft.tidy}>
                {t.editor.format}
              </Button>
            )
          }
        >
          <JsonEditor
            label={t.editor.definition}
            value={draft.text}
            onChange={draft.setText}
            problems={problems}
            say={said.atLine}
            readOnly={readOnly}
          />
        </Section>
      </div>
      <aside className="flex flex-col gap-4">
        <Switch
          label={t.enabled}
          checked={fields.enabled}
          disabled={readOnly}
          onCheckedChange={(enabled) => setField({ enabled })}
        />
        <section className="flex flex-col gap-2 rounded-lg border border-line bg-sunken p-3">
          <h2 className="text-sm font-semibold">{t.editor.inWords}</h2>
          {draft.definition ? (
            <Sentence rule={{ definition: draft.definition }} />
          ) : (
            <p className="text-sm text-muted">{t.editor.invalidInWords}</p>
          )}
        </section>
        {conflict && latest ? (
          <Conflict
            onTheirs={async () => {
              const theirs = await latest();
              if (theirs) {
                draft.settle(theirs, true);
                setSeen(theirs.version);
                saving.reset();
              }
            }}
            onMine={async () => submit((await latest())?.version)}
          />
        ) : (
          saving.isError && problems.length === 0 && <ErrorNote error={saving.error} />
        )}
        {draft.isUnchecked && !readOnly && (
          <p role="status" className="text-sm text-warning">
            {t.editor.schema}
          </p>
        )}
        {readOnly ? (
          <p className="text-sm text-muted">{t.editor.readOnly}</p>
        ) : (
          <div className="flex flex-wrap items-center gap-2">
            <Button type="submit" variant="primary" busy={saving.isPending} disabled={!draft.definition}>
              {action}
            </Button>
            {draft.changed && <Badge tone="warning">{t.editor.unsaved}</Badge>}
            {problems.length > 0 && <p className="text-xs text-danger">{t.editor.fix(problems.length)}</p>}
          </div>
        )}
      </aside>
    </form>
  );
}

function Conflict({ onTheirs, onMine }: { onTheirs: () => void; onMine: () => void }) {
  const t = useText();
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-warning-soft p-3 text-sm text-warning">
      <p className="font-medium">{t.editor.conflict}</p>
      <p>{t.editor.conflictHint}</p>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" onClick={onTheirs}>
          {t.editor.takeTheirs}
        </Button>
        <Button size="sm" onClick={onMine}>
          {t.editor.keepMine}
        </Button>
      </div>
    </div>
  );
}

/** Asks before something unsaved is left. `allow` is for what follows a save, before React knows of it. */
function useLeaveGuard(unsaved: boolean) {
  const t = useText();
  const allowed = useRef(false);
  const question = { title: t.editor.discard, detail: t.editor.discardHint, action: t.editor.leave, danger: true };
  useBlocker({
    shouldBlockFn: async () => !allowed.current && !(await confirm(question)),
    enableBeforeUnload: () => unsaved && !allowed.current,
    disabled: !unsaved,
  });
  return {
    allow: () => {
      allowed.current = true;
      setTimeout(() => {
        allowed.current = false;
      });
    },
  };
}
