/** One or several of many, found by typing. */

import { Check, ChevronsUpDown, Search, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { buttonClass } from "./button";
import { cx } from "./cx";
import { useField } from "./field";
import { inputClass } from "./input";
import { Popover } from "./popover";
import { useUiText } from "./text";

export interface ComboboxOption {
  value: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
}

interface CommonProps {
  label: string;
  options: ComboboxOption[];
  placeholder?: string;
  disabled?: boolean;
  /** The server searches; without it, what is typed is looked for in the labels. */
  onSearch?: (text: string) => void;
  loading?: boolean;
  /** Instead of the usual field. */
  trigger?: React.ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

interface SingleProps extends CommonProps {
  multiple?: false;
  value: string | null;
  onValueChange: (value: string | null) => void;
  /** Offers to choose nothing, with these words. */
  none?: string;
}

interface MultipleProps extends CommonProps {
  multiple: true;
  value: string[];
  onValueChange: (value: string[]) => void;
}

export type ComboboxProps = SingleProps | MultipleProps;

export function Combobox(props: ComboboxProps) {
  const { label, options, placeholder, disabled, trigger, onSearch } = props;
  const t = useUiText();
  const field = useField();
  const [ownOpen, setOwnOpen] = useState(false);
  const open = props.open ?? ownOpen;
  // What was found by a search is not among the options any more once the search is over.
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const chosen = props.multiple ? props.value : props.value === null ? [] : [props.value];
  const words = chosen.map(
    (value) => options.find((option) => option.value === value)?.label ?? known.get(value) ?? value,
  );
  const change = (next: boolean) => {
    setOwnOpen(next);
    props.onOpenChange?.(next);
    if (!next) onSearch?.("");
  };
  const toggle = (value: string | null) => {
    const label = options.find((option) => option.value === value)?.label;
    if (value !== null && label !== undefined) setKnown(new Map(known).set(value, label));
    if (!props.multiple) {
      props.onValueChange(value);
      change(false);
    } else if (value !== null) {
      const { value: values } = props;
      props.onValueChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
    }
  };
  const usual = (
    <button
      type="button"
      role="combobox"
      aria-expanded={open}
      aria-haspopup="listbox"
      aria-label={field.id ? undefined : label}
      disabled={disabled}
      {...field}
      className={cx(inputClass, "flex h-8 items-center gap-2 text-left")}
    >
      <span className={cx("min-w-0 flex-1 truncate", words.length === 0 && "text-faint")}>
        {words.length > 0 ? words.join(", ") : (placeholder ?? t.choose)}
      </span>
      <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-faint" />
    </button>
  );
  return (
    <Popover trigger={trigger ?? usual} label={label} open={open} onOpenChange={change} className="w-72">
      <Choices {...props} chosen={chosen} toggle={toggle} />
    </Popover>
  );
}

function Choices(props: ComboboxProps & { chosen: string[]; toggle: (value: string | null) => void }) {
  const { label, options, onSearch, loading, chosen, toggle } = props;
  const t = useUiText();
  const listId = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const wanted = text.trim().toLocaleLowerCase();
  const matching = onSearch
    ? options
    : options.filter(({ label, hint }) => `${label} ${hint ?? ""}`.toLocaleLowerCase().includes(wanted));
  const none = !props.multiple && props.none && !wanted ? props.none : undefined;
  const rows: { value: string | null; label: string; hint?: string; icon?: ReactNode }[] = [
    ...(none ? [{ value: null, label: none }] : []),
    ...matching,
  ];
  const at = Math.min(active, rows.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(Math.min(at + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(at - 1, 0));
    else if (event.key === "Enter" && rows[at]) toggle(rows[at].value);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="relative border-b border-line">
        <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-faint" />
        <input
          // biome-ignore lint/a11y/noAutofocus: it has just been opened to type into it.
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={rows[at] ? `${listId}-${at}` : undefined}
          aria-label={label}
          placeholder={t.search}
          value={text}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            onSearch?.(event.target.value);
          }}
          className="h-9 w-full bg-transparent pr-3 pl-9 text-sm focus-visible:outline-none"
        />
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label={label}
        aria-multiselectable={props.multiple}
        className="max-h-64 overflow-y-auto p-1"
      >
        {rows.map((row, index) => (
          <Choice
            key={row.value ?? ""}
            id={`${listId}-${index}`}
            {...row}
            active={index === at}
            selected={row.value === null ? chosen.length === 0 : chosen.includes(row.value)}
            onHover={() => setActive(index)}
            onChoose={() => toggle(row.value)}
          />
        ))}
      </div>
      {rows.length === 0 && (
        <p role="status" className="px-3 pb-3 text-sm text-muted">
          {loading ? t.loading : t.nothingFound}
        </p>
      )}
    </>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  active: boolean;
  selected: boolean;
  onHover: () => void;
  onChoose: () => void;
}

function Choice({ id, label, hint, icon, active, selected, onHover, onChoose }: ChoiceProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field that controls the list.
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active one.
    <div
      id={id}
      role="option"
      aria-selected={selected}
      ref={(element) => {
        if (active) element?.scrollIntoView({ block: "nearest" });
      }}
      onPointerMove={onHover}
      onClick={onChoose}
      className={cx("flex items-center gap-2 rounded px-2 py-1.5 text-sm", active && "bg-hover")}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {hint && <span className="max-w-1/2 truncate text-xs text-muted">{hint}</span>}
      {selected && <Check aria-hidden className="size-4 shrink-0 text-accent-ink" />}
    </div>
  );
}

/** What was chosen, one by one, each to be taken away. */
export function Chips({ items, onRemove }: { items: ComboboxOption[]; onRemove?: (value: string) => void }) {
  const t = useUiText();
  return (
    <ul className="flex flex-wrap gap-1">
      {items.map(({ value, label, icon }) => (
        <li key={value} className="inline-flex items-center gap-1 rounded bg-hover pl-1.5 text-xs leading-6 text-ink">
          {icon}
          <span className={onRemove ? undefined : "pr-1.5"}>{label}</span>
          {onRemove && (
            <button
              type="button"
              aria-label={t.remove(label)}
              onClick={() => onRemove(value)}
              className={cx(buttonClass("ghost", "sm"), "size-5! px-0! [&_svg]:size-3!")}
            >
              <X />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
