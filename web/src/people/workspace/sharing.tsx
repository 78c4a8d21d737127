/** Who may use a canned response or a macro. */

import { useQuery } from "@tanstack/react-query";
import { useMay } from "@/api";
import { Field, Select } from "@/ui";
import { teamsQuery } from "../queries";
import type { SharedWith } from "./queries";
import { useText } from "./text";

interface Props {
  value: SharedWith;
  onChange: (value: SharedWith) => void;
}

export function SharingField({ value, onChange }: Props) {
  const t = useText();
  const may = useMay()("manage_replies");
  const { data: teams = [] } = useQuery(teamsQuery);
  const chosen = value.kind === "team" ? value.team_id : value.kind;
  return (
    <Field label={t.sharedWith} hint={may ? undefined : t.sharedHint}>
      <Select
        value={chosen}
        onValueChange={(next) =>
          onChange(next === "everybody" || next === "nobody" ? { kind: next } : { kind: "team", team_id: next })
        }
        options={[
          { value: "nobody", label: t.shared.nobody },
          { value: "everybody", label: t.shared.everybody, disabled: !may },
          ...teams.map(({ id, name }) => ({ value: id, label: t.shared.team(name), disabled: !may })),
        ]}
      />
    </Field>
  );
}

/** What a person shares with unless they say otherwise: everybody, if they may. */
export function useUsualSharing(): SharedWith {
  return useMay()("manage_replies") ? { kind: "everybody" } : { kind: "nobody" };
}

export function SharedWithWords({ value }: { value: SharedWith }) {
  const t = useText();
  const { data: teams = [] } = useQuery(teamsQuery);
  if (value.kind === "team") {
    const team = teams.find(({ id }) => id === value.team_id);
    return <>{team ? t.shared.team(team.name) : t.shared.teamOf}</>;
  }
  return <>{t.shared[value.kind]}</>;
}

/** Whether the person may change it: their own, or with the permission to make some for others. */
export function useMayChange(): (value: SharedWith) => boolean {
  const may = useMay()("manage_replies");
  return ({ kind }) => may || kind === "nobody";
}
