/** One of a few: the browser's own, which every finger, key and screen reader knows. For many, `Combobox`. */

import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cx } from "./cx";
import { useField } from "./field";
import { inputClass } from "./input";

export interface SelectOption {
  value: string;
  label: string;
  disabled?: boolean;
}

export interface SelectProps extends Omit<ComponentProps<"select">, "onChange" | "value"> {
  value: string;
  onValueChange: (value: string) => void;
  options: SelectOption[];
  /** Shown while the value is empty. */
  placeholder?: string;
}

export function Select({ value, onValueChange, options, placeholder, className, ...rest }: SelectProps) {
  return (
    <div className={cx("relative min-w-0", className)}>
      <select
        {...useField()}
        {...rest}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        className={cx(inputClass, "h-8 appearance-none pr-8")}
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-2 right-2 size-4 text-faint" />
    </div>
  );
}
