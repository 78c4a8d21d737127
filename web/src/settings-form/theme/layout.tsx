/** What stands around a value: its label, what helps with it, where it comes from, and what is wrong with it. */

import { CircleHelp, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { Badge, Button, Field } from "@/ui";
import { message } from "../form/messages";
import { errorsAt, errorsWithin, useFormState } from "../form/state";
import { type Path, toPointer } from "../model/pointer";
import type { Schema } from "../model/schema";
import { useFormText } from "../text";

interface LabelledProps {
  path: Path;
  schema: Schema;
  label: string;
  required?: boolean;
  /** Shows what is wrong anywhere inside the value as well. */
  whole?: boolean;
  hideLabel?: boolean;
  children: ReactNode;
}

export function Labelled({ path, schema, label, required, whole, hideLabel, children }: LabelledProps) {
  const state = useFormState();
  const t = useFormText();
  const errors = whole ? errorsWithin(state, path) : errorsAt(state, path);
  const words = errors.map((error) => message(error, t));
  return (
    <Field
      label={label}
      hideLabel={hideLabel}
      required={required}
      hint={hasHint(schema) ? <Hint schema={schema} label={label} /> : undefined}
      error={words.length > 0 ? words.join(" ") : undefined}
      aside={<Provenance path={path} label={label} />}
    >
      {children}
    </Field>
  );
}

function hasHint(schema: Schema): boolean {
  return Boolean(schema.description || schema["x-help-url"] || schema.deprecated);
}

export function Hint({ schema, label }: { schema: Schema; label: string }) {
  const t = useFormText();
  const url = schema["x-help-url"];
  if (!hasHint(schema)) return null;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      {schema.deprecated && <Badge tone="warning">{t.deprecated}</Badge>}
      {schema.description && <span>{schema.description}</span>}
      {url && (
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          aria-label={t.help(label)}
          className="inline-flex items-center text-accent-ink hover:underline"
        >
          <CircleHelp aria-hidden className="size-3.5" />
        </a>
      )}
    </span>
  );
}

/** Where a value comes from, and the way back to the inherited one. */
export function Provenance({ path, label }: { path: Path; label: string }) {
  const state = useFormState();
  const t = useFormText();
  const pointer = toPointer(path);
  if (state.isReset(pointer)) return <span>{t.resetPending}</span>;
  if (state.canReset(pointer)) {
    return (
      <span className="inline-flex items-center gap-1">
        {t.own}
        <Button
          size="sm"
          variant="ghost"
          icon={<Undo2 />}
          aria-label={t.resetField(label)}
          onClick={() => state.reset(pointer)}
          className="h-5! px-1!"
        >
          {t.reset}
        </Button>
      </span>
    );
  }
  const origin = state.origin(pointer);
  if (origin === "tenant") return <span>{t.fromTenant}</span>;
  return origin === "default" ? <span>{t.fromSchema}</span> : null;
}

/** Errors that belong to no field that is shown. */
export function Errors({ of }: { of: { code: string; pointer: string; message?: string }[] }) {
  const t = useFormText();
  if (of.length === 0) return null;
  return (
    <ul role="alert" className="flex flex-col gap-0.5 text-xs text-danger">
      {of.map((error) => (
        <li key={`${error.pointer} ${error.code}`}>{message(error, t)}</li>
      ))}
    </ul>
  );
}
