import * as Radix from "@radix-ui/react-popover";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";
import { exceptToasts } from "./outside";

export interface PopoverProps {
  trigger: ReactElement;
  /** Read out when it opens. */
  label: string;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Unless it is prevented, the focus goes back to the trigger. */
  onCloseAutoFocus?: (event: Event) => void;
  className?: string;
  children: ReactNode;
}

/** Something small to see or to fill in, at its button. */
export function Popover({
  trigger,
  label,
  align = "start",
  side,
  open,
  onOpenChange,
  onCloseAutoFocus,
  className,
  children,
}: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          onInteractOutside={exceptToasts}
          onCloseAutoFocus={onCloseAutoFocus}
          className={cx(
            "z-50 flex max-h-(--radix-popover-content-available-height) max-w-[calc(100vw-16px)] flex-col overflow-hidden",
            "rounded-md border border-line bg-raised shadow-lift focus:outline-none",
            className ?? "w-72 p-3",
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
