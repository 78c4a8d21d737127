/** Things one can do with something: `<Menu trigger={<Button/>}><MenuItem …/></Menu>`. */

import * as Radix from "@radix-ui/react-dropdown-menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";
import { Kbd } from "./kbd";
import { exceptToasts } from "./outside";

interface MenuProps {
  trigger: ReactElement;
  align?: "start" | "end";
  side?: "top" | "bottom";
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

const ITEM =
  "flex items-center gap-2 rounded px-2 py-1.5 text-sm outline-none data-highlighted:bg-hover " +
  "data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0";

export function Menu({ trigger, align = "start", side = "bottom", children, open, onOpenChange }: MenuProps) {
  return (
    <Radix.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          onInteractOutside={exceptToasts}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-lift"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  /** The one that holds now. */
  checked?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, shortcut, danger, disabled, checked, onSelect, children }: MenuItemProps) {
  const content = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {checked && <Check aria-hidden />}
      {shortcut && <Kbd keys={shortcut} />}
    </>
  );
  const className = cx(ITEM, danger && "text-danger");
  if (checked !== undefined) {
    return (
      <Radix.CheckboxItem className={className} checked={checked} disabled={disabled} onSelect={onSelect}>
        {content}
      </Radix.CheckboxItem>
    );
  }
  return (
    <Radix.Item className={className} disabled={disabled} onSelect={onSelect}>
      {content}
    </Radix.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1 text-xs font-medium text-muted">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
