import * as Radix from "@radix-ui/react-tabs";
import type { ReactNode } from "react";
import { CountBadge } from "./badge";

export interface TabItem {
  value: string;
  label: ReactNode;
  count?: number;
}

interface TabsProps {
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  items: TabItem[];
  /** One `TabPanel` for each item. */
  children?: ReactNode;
  className?: string;
}

/** Several views of one thing. Which one is shown belongs into the address. */
export function Tabs({ label, value, onValueChange, items, children, className }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className={className}>
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line px-1">
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            className="-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2 text-sm font-medium text-muted hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {item.label}
            {item.count !== undefined && item.count > 0 && <CountBadge count={item.count} />}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  );
}

export function TabPanel({ value, className, children }: { value: string; className?: string; children: ReactNode }) {
  return (
    <Radix.Content value={value} className={className}>
      {children}
    </Radix.Content>
  );
}
