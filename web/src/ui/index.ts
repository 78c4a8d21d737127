/**
 * The kit: everything that pages are made of. Import from here (`import { Button, Page } from "@/ui"`).
 *
 * - `Page` (title, description, actions, bar for tabs and filters) is the frame of every page; `Section`, `Card` inside.
 * - Forms: `<Field label hint error><Input/></Field>`, also with `Textarea`, `Select` (few), `Combobox` (many, single or
 *   multiple, searched here or by the server); `Checkbox` and `Switch` have their own label. Errors by the button: `ErrorNote`.
 * - `Table` takes columns and rows, `LoadMore` what `useInfiniteQuery` gives.
 * - `SkeletonRows` while loading, `EmptyState` when there is nothing, `ErrorState error retry` when it went wrong.
 * - `toast({ title, undo })`, `toastError(error)`; `await confirm({ title, detail, action, danger })` only where there is no undo.
 * - `useShortcut(keys, label, run, { group })` registers a key, and the `?` overlay shows it.
 * - Colours are those of `theme/theme.css`: `bg-surface`, `bg-sunken`, `text-muted`, `border-line`, `text-danger` …
 * - Pictures: `lucide-react`, imported by name.
 */

export { Avatar, type PresenceState } from "./avatar";
export { Badge, CountBadge, type Tone } from "./badge";
export { Button, type ButtonProps, buttonClass } from "./button";
export { Checkbox } from "./checkbox";
export { Chips, Combobox, type ComboboxOption, type ComboboxProps } from "./combobox";
export { ConfirmHost, confirm } from "./confirm";
export { ConfirmDialog } from "./confirm-dialog";
export { CopyButton } from "./copy-button";
export { cx } from "./cx";
export { Dialog, type DialogProps, Drawer } from "./dialog";
export { Field, useField } from "./field";
export { IconButton } from "./icon-button";
export { Input, inputClass, Textarea } from "./input";
export { Kbd } from "./kbd";
export { Menu, MenuItem, MenuLabel, MenuSeparator } from "./menu";
export { Card, Page, Section, useTitle } from "./page";
export { LoadMore } from "./pagination";
export { Popover } from "./popover";
export { RelativeTime, useMinute } from "./relative-time";
export { Select, type SelectOption } from "./select";
export { type Shortcut, startShortcuts, useShortcut, useShortcuts } from "./shortcuts";
export { Spinner } from "./spinner";
export { EmptyState, ErrorNote, ErrorState, Skeleton, SkeletonRows } from "./states";
export { Switch } from "./switch";
export { type Column, Table } from "./table";
export { type TabItem, TabPanel, Tabs } from "./tabs";
export { type ToastContent, ToastHost, toast, toastError } from "./toast";
export { Tooltip } from "./tooltip";
