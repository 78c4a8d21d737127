/**
 * A label with what is to be filled in, a hint and what is wrong. Inputs of the kit inside take id and descriptions from it:
 * `<Field label="Name" error={…}><Input … /></Field>`.
 */

import { createContext, type ReactNode, useContext, useId } from "react";
import { useUiText } from "./text";

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  required?: boolean;
  /** The label is for screen readers only. */
  hideLabel?: boolean;
  /** At the right end of the label's line. */
  aside?: ReactNode;
  children: ReactNode;
}

interface FieldParts {
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  "aria-required"?: true;
}

const FieldContext = createContext<FieldParts>({});

/** What an input inside a field says about itself. */
export function useField(): FieldParts {
  return useContext(FieldContext);
}

export function Field({ label, hint, error, required, hideLabel, aside, children }: FieldProps) {
  const t = useUiText();
  const id = useId();
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
  const describedBy = [hint ? hintId : "", error ? errorId : ""].filter(Boolean).join(" ");
  const parts: FieldParts = {
    id,
    "aria-describedby": describedBy || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-required": required || undefined,
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className={hideLabel ? "sr-only" : "flex items-baseline justify-between gap-2"}>
        <label htmlFor={id} className="text-sm font-medium text-ink">
          {label}
          {required && (
            <span aria-hidden title={t.required} className="text-danger">
              {" *"}
            </span>
          )}
        </label>
        {aside && <span className="text-xs text-muted">{aside}</span>}
      </div>
      <FieldContext value={parts}>{children}</FieldContext>
      {hint && (
        <p id={hintId} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={errorId} className="text-xs text-danger" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
