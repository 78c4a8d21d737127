import { useId } from "react";
import { cx } from "./cx";

export interface SwitchProps {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label: string;
  hideLabel?: boolean;
  disabled?: boolean;
}

/** Something that is on or off at once, without a button to save it. */
export function Switch({ checked, onCheckedChange, label, hideLabel, disabled }: SwitchProps) {
  const labelId = useId();
  return (
    <span className="inline-flex items-center gap-2 text-sm">
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-labelledby={labelId}
        disabled={disabled}
        onClick={() => onCheckedChange(!checked)}
        className={cx(
          "inline-flex h-5 w-9 shrink-0 items-center rounded-full border p-0.5 transition-colors disabled:opacity-50",
          checked ? "border-transparent bg-accent" : "border-line-strong bg-sunken",
        )}
      >
        <span
          className={cx(
            "size-3.5 rounded-full transition-transform",
            checked ? "translate-x-4 bg-on-accent" : "bg-line-strong",
          )}
        />
      </button>
      <span id={labelId} className={hideLabel ? "sr-only" : undefined}>
        {label}
      </span>
    </span>
  );
}
