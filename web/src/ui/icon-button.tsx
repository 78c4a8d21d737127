/** A button with a picture only; its label is read out and shown as a tooltip, with the key that does the same. */

import type { ReactNode } from "react";
import { type ButtonProps, buttonClass } from "./button";
import { cx } from "./cx";
import { Spinner } from "./spinner";
import { Tooltip } from "./tooltip";

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  label: string;
  icon: ReactNode;
  /** Shown in the tooltip, such as `e`. */
  shortcut?: string;
}

export function IconButton({
  label,
  icon,
  shortcut,
  variant = "ghost",
  size = "md",
  busy,
  disabled,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        disabled={disabled || busy}
        className={cx(buttonClass(variant, size), size === "sm" ? "w-7" : "w-8", "px-0!", className)}
      >
        {busy ? <Spinner /> : icon}
      </button>
    </Tooltip>
  );
}
