import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./cx";

export interface CheckboxProps extends Omit<ComponentProps<"input">, "type" | "onChange" | "checked"> {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  /** The label is for screen readers only, as in the rows of a table. */
  hideLabel?: boolean;
  indeterminate?: boolean;
}

export function Checkbox({
  checked,
  onCheckedChange,
  label,
  hint,
  hideLabel,
  indeterminate = false,
  className,
  ...rest
}: CheckboxProps) {
  const hintId = useId();
  return (
    <div className={cx("flex flex-col", className)}>
      <label className="flex items-start gap-2 text-sm">
        <input
          {...rest}
          type="checkbox"
          checked={checked}
          aria-label={hideLabel && typeof label === "string" ? label : undefined}
          aria-describedby={hint ? hintId : undefined}
          ref={(input) => {
            if (input) input.indeterminate = indeterminate;
          }}
          onChange={(event) => onCheckedChange(event.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        {hideLabel && typeof label === "string" ? null : (
          <span className={hideLabel ? "sr-only" : undefined}>{label}</span>
        )}
      </label>
      {hint && (
        <p id={hintId} className="pl-6 text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
