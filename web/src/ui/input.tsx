import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import { useField } from "./field";

export const inputClass =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink " +
  "aria-invalid:border-danger disabled:bg-sunken disabled:text-muted [&[readonly]]:bg-sunken " +
  "focus-visible:outline-2 focus-visible:outline-offset-0";

export interface InputProps extends ComponentProps<"input"> {
  /** In the field, before what is written. */
  icon?: ReactNode;
}

export function Input({ icon, className, ...rest }: InputProps) {
  const input = (
    <input
      type="text"
      {...useField()}
      {...rest}
      className={cx(inputClass, "h-8", icon !== undefined && "pl-8", className)}
    />
  );
  if (!icon) return input;
  return (
    <div className="relative min-w-0">
      <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-faint [&_svg]:size-4">
        {icon}
      </span>
      {input}
    </div>
  );
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...useField()} {...rest} className={cx(inputClass, "py-1.5", className)} />;
}
