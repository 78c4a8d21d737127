/** The steps of a macro, one after another, each with what it needs. */

import { ArrowUp, Plus, X } from "lucide-react";
import { fieldError } from "@/api";
import { Button, IconButton, Select } from "@/ui";
import { MacroStep } from "./macro-step";
import type { MacroAction } from "./queries";
import { useText } from "./text";

/** A step of each kind, as it begins. */
const BEGINNINGS: { [Kind in MacroAction["type"]]: Extract<MacroAction, { type: Kind }> } = {
  send_message: { type: "send_message", text: "" },
  note: { type: "note", text: "" },
  add_tag: { type: "add_tag", tag: "" },
  remove_tag: { type: "remove_tag", tag: "" },
  set_status: { type: "set_status", status: "resolved" },
  set_priority: { type: "set_priority", priority: "high" },
  assign_to_me: { type: "assign_to_me" },
  assign: { type: "assign", user_id: null },
  transfer: { type: "transfer", team_id: null },
  escalate: { type: "escalate", reason: "" },
  archive: { type: "archive" },
};

interface Props {
  actions: MacroAction[];
  onChange: (actions: MacroAction[]) => void;
  error: unknown;
}

export function MacroSteps({ actions, onChange, error }: Props) {
  const { macros: t } = useText();
  const kinds = Object.keys(BEGINNINGS) as MacroAction["type"][];
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-2 text-sm font-medium">{t.steps}</legend>
      {actions.map((action, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step has no identity, and its fields hold nothing of their own.
        <div key={i} className="flex flex-col gap-2 rounded-lg border border-line p-3">
          <div className="flex items-center gap-2">
            <Select
              className="flex-1"
              aria-label={t.step(i + 1)}
              value={action.type}
              onValueChange={(type) => onChange(actions.with(i, BEGINNINGS[type as MacroAction["type"]]))}
              options={kinds.map((value) => ({ value, label: t.kinds[value] ?? value }))}
            />
            <IconButton
              size="sm"
              label={t.moveUp(i + 1)}
              icon={<ArrowUp />}
              disabled={i === 0}
              onClick={() => onChange(actions.toSpliced(i - 1, 2, action, actions[i - 1] ?? action))}
            />
            <IconButton
              size="sm"
              label={t.removeStep(i + 1)}
              icon={<X />}
              onClick={() => onChange(actions.toSpliced(i, 1))}
            />
          </div>
          <MacroStep
            action={action}
            onChange={(next) => onChange(actions.with(i, next))}
            problem={(name) => fieldError(error, `/actions/${i}/${name}`)}
          />
        </div>
      ))}
      <div>
        <Button size="sm" icon={<Plus />} onClick={() => onChange([...actions, BEGINNINGS.add_tag])}>
          {t.addStep}
        </Button>
      </div>
    </fieldset>
  );
}
