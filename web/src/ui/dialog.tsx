/** Something to be done before one goes on (`Dialog`), or more about something beside it (`Drawer`). */

import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";
import { IconButton } from "./icon-button";
import { exceptToasts } from "./outside";
import { useUiText } from "./text";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** Read out with the title. */
  description?: ReactNode;
  /** Buttons at the end; the one that does it last. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  children?: ReactNode;
}

const WIDTHS = { sm: "max-w-sm", md: "max-w-lg", lg: "max-w-3xl" };

export function Dialog({ size = "md", ...rest }: DialogProps) {
  const place = cx(
    "top-1/2 left-1/2 max-h-[calc(100dvh-24px)] w-[calc(100vw-24px)] -translate-x-1/2 -translate-y-1/2 rounded-lg border",
    WIDTHS[size],
  );
  return <Sheet {...rest} place={place} />;
}

const DRAWERS = { sm: "max-w-xs", md: "max-w-md", lg: "max-w-2xl" };

export function Drawer({ size = "md", side = "right", ...rest }: DialogProps & { side?: "left" | "right" }) {
  const edge = side === "right" ? "right-0 border-l" : "left-0 border-r";
  return <Sheet {...rest} place={cx("top-0 h-dvh w-full", edge, DRAWERS[size])} />;
}

function Sheet({ open, onOpenChange, title, description, footer, place, children }: DialogProps & { place: string }) {
  const t = useUiText();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-backdrop" />
        <Radix.Content
          // Without a description there is nothing to point at.
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusFirst}
          onInteractOutside={exceptToasts}
          className={cx("fixed z-50 flex flex-col border-line bg-raised shadow-lift focus:outline-none", place)}
        >
          <header className="flex items-start gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="text-sm text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label={t.close} icon={<X />} size="sm" />
            </Radix.Close>
          </header>
          {children !== undefined && (
            <div data-part="body" className="min-h-0 flex-1 overflow-y-auto p-4">
              {children}
            </div>
          )}
          {footer && (
            <footer data-part="footer" className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Where one goes on: the first field, or else the first button at the end; never the cross, whose tooltip would open. */
function focusFirst(event: Event): void {
  const sheet = event.currentTarget as HTMLElement;
  const first =
    sheet.querySelector<HTMLElement>("[data-part=body] :is(input, select, textarea):enabled") ??
    sheet.querySelector<HTMLElement>("[data-part=footer] button:enabled") ??
    sheet;
  event.preventDefault();
  first.focus();
}
