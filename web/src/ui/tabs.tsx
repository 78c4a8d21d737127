import { createContext, type KeyboardEvent, type ReactNode, useContext, useId } from "react";
import { CountBadge } from "./badge";
import { cx } from "./cx";

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

const TabsContext = createContext({ id: "", value: "" });

/** Several views of one thing: arrows move between them. Which one is shown belongs into the address. */
export function Tabs({ label, value, onValueChange, items, children, className }: TabsProps) {
  const id = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const at = items.findIndex((item) => item.value === value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + items.length) % items.length;
    const next = items[index];
    if (!next) return;
    onValueChange(next.value);
    (event.currentTarget.children[index] as HTMLElement | undefined)?.focus();
  };
  return (
    <TabsContext value={{ id, value }}>
      <div className={className}>
        <div
          role="tablist"
          aria-label={label}
          onKeyDown={onKeyDown}
          className="flex gap-1 overflow-x-auto border-b border-line px-1"
        >
          {items.map((item) => (
            <button
              key={item.value}
              type="button"
              role="tab"
              id={`${id}-tab-${item.value}`}
              aria-selected={item.value === value}
              aria-controls={children && item.value === value ? `${id}-panel-${item.value}` : undefined}
              tabIndex={item.value === value ? 0 : -1}
              onClick={() => onValueChange(item.value)}
              className={cx(
                "-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2 text-sm font-medium focus-visible:-outline-offset-2",
                item.value === value ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
              )}
            >
              {item.label}
              {item.count !== undefined && item.count > 0 && <CountBadge count={item.count} />}
            </button>
          ))}
        </div>
        {children}
      </div>
    </TabsContext>
  );
}

export function TabPanel({ value, className, children }: { value: string; className?: string; children: ReactNode }) {
  const tabs = useContext(TabsContext);
  if (tabs.value !== value) return null;
  return (
    <div
      role="tabpanel"
      id={`${tabs.id}-panel-${value}`}
      aria-labelledby={`${tabs.id}-tab-${value}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel without anything to focus must be reached as well.
      tabIndex={0}
      className={cx("focus-visible:-outline-offset-2", className)}
    >
      {children}
    </div>
  );
}
