import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from "@rjsf/utils";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button, IconButton } from "@/ui";
import { errorsAt, errorsElsewhere, useFormState } from "../form/state";
import { useFormText } from "../text";
import { Errors, Hint, Provenance } from "./layout";
import { labelOf, pathOf, schemaOf } from "./rjsf";

/** A list, entry by entry. */
export function ListTemplate(props: ArrayFieldTemplateProps) {
  const state = useFormState();
  const t = useFormText();
  const [path, label] = [pathOf(props), labelOf(props)];
  const shown = props.items.map((_, index) => index);
  const list = useFocusOnNew(props.items.length);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 flex w-full items-baseline justify-between gap-2 text-sm font-medium">
        {label}
        <span className="text-xs font-normal text-muted">
          <Provenance path={path} label={label} />
        </span>
      </legend>
      <p className="mb-2 text-xs text-muted empty:hidden">
        <Hint schema={schemaOf(props)} label={label} />
      </p>
      <div ref={list} className="flex flex-col gap-2">
        {props.items.length === 0 && <p className="text-sm text-faint">{t.empty}</p>}
        {props.items}
        <Errors of={[...errorsAt(state, path), ...errorsElsewhere(state, path, shown)]} />
        {props.canAdd && (
          <Button
            size="sm"
            icon={<Plus />}
            className="self-start"
            aria-label={`${t.add(t.entry)}: ${label}`}
            disabled={props.disabled || props.readonly}
            onClick={props.onAddClick}
          >
            {t.add(t.entry)}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** Somebody who adds an entry wants to fill it in. */
function useFocusOnNew(count: number) {
  const list = useRef<HTMLDivElement>(null);
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current) {
      const entries = list.current?.querySelectorAll<HTMLElement>(":scope > [data-entry]");
      const last = entries?.[entries.length - 1];
      last?.querySelector<HTMLElement>("input, textarea, select")?.focus();
    }
    before.current = count;
  }, [count]);
  return list;
}

export function ListItemTemplate(props: ArrayFieldItemTemplateProps) {
  const t = useFormText();
  const { buttonsProps: can, index } = props;
  const entry = `${t.entry} ${index + 1}`;
  const isFixed = props.disabled || props.readonly;
  return (
    <div data-entry className="flex items-start gap-1">
      <div className="min-w-0 flex-1">{props.children}</div>
      {props.hasToolbar && (
        <div className="flex pt-6">
          {(can.hasMoveUp || can.hasMoveDown) && (
            <>
              <IconButton
                label={t.moveUp(entry)}
                icon={<ArrowUp />}
                disabled={isFixed || !can.hasMoveUp}
                onClick={can.onMoveUpItem}
              />
              <IconButton
                label={t.moveDown(entry)}
                icon={<ArrowDown />}
                disabled={isFixed || !can.hasMoveDown}
                onClick={can.onMoveDownItem}
              />
            </>
          )}
          {can.hasRemove && (
            <IconButton label={t.removeEntry(entry)} icon={<Trash2 />} disabled={isFixed} onClick={can.onRemoveItem} />
          )}
        </div>
      )}
    </div>
  );
}
