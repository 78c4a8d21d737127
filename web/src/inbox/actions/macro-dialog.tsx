import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState, ErrorState, Field, Input, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";
import { macrosQuery } from "../queries";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";
import { useRunMacro } from "./use-run-macro";

/** Several things at once, all of them or none. */
export function MacroDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const macros = useQuery(macrosQuery);
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<string>();
  const run = useRunMacro(detail.conversation.id);
  const matching = macros.data?.filter(({ name, description }) =>
    `${name} ${description}`.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()),
  );
  const only = matching?.length === 1 ? matching[0]?.id : undefined;
  const which = chosen ?? only;
  return (
    <FormDialog
      title={t.runMacro}
      action={t.run}
      busy={run.isPending}
      disabled={!which}
      error={run.error}
      onClose={onClose}
      onSubmit={() => which && run.mutate(which, { onSuccess: onClose })}
    >
      <Field label={t.findMacro} hideLabel>
        <Input autoFocus placeholder={t.findMacro} value={wanted} onChange={(event) => setWanted(event.target.value)} />
      </Field>
      {macros.isPending && <SkeletonRows rows={3} />}
      {macros.isError && <ErrorState error={macros.error} retry={() => void macros.refetch()} />}
      {matching?.length === 0 && <EmptyState title={t.noMacros}>{t.noMacrosHint}</EmptyState>}
      <fieldset className="flex flex-col gap-1">
        <legend className="sr-only">{t.macros}</legend>
        {matching?.map(({ id, name, description, actions }) => (
          <label key={id} className="flex items-start gap-2 rounded-md border border-line p-2 text-sm">
            <input
              type="radio"
              name="macro"
              className="mt-1 accent-accent"
              checked={which === id}
              onChange={() => setChosen(id)}
            />
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{name}</span>
              <span className="text-xs text-muted">
                {description || actions.map((action) => t.macroActions[action.type]).join(", ")}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}
