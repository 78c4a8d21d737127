import { useMutation, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { Button, confirm, Drawer, ErrorNote, ErrorState, SkeletonRows, toast } from "@/ui";
import { attempt } from "./attempt";
import { change, refreshPeople, type Team, teamQuery } from "./queries";
import { draftOf, TeamFields } from "./team-form";
import { TeamMembers } from "./team-members";
import { useText } from "./text";

/** One team: what it is, and who is in it. */
export function TeamDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery(teamQuery(id));
  return (
    <Drawer open onOpenChange={onClose} title={data?.value.name ?? "…"}>
      {isPending ? (
        <SkeletonRows />
      ) : !data ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <div className="flex flex-col gap-8">
          <TeamMembers team={data.value} />
          {/* Another version begins another form. */}
          <Details key={data.tag} team={data.value} tag={data.tag} onGone={onClose} />
        </div>
      )}
    </Drawer>
  );
}

function Details({ team, tag, onGone }: { team: Team; tag: string; onGone: () => void }) {
  const { teams: t, ...common } = useText();
  const may = useMay()("manage_teams");
  const [draft, setDraft] = useState(draftOf(team));
  const save = useMutation({
    mutationFn: () => change.updateTeam(team.id, tag, draft),
    onSuccess: () => toast({ title: common.saved }),
    onSettled: refreshPeople,
  });
  const remove = async () => {
    const question = { title: t.deleteQuestion(team.name), detail: t.deleteConsequence, action: common.delete };
    if (!(await confirm({ ...question, danger: true }))) {
      return;
    }
    if (await attempt(() => change.deleteTeam(team.id, tag), t.deleted(team.name))) {
      onGone();
    }
  };
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(team));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TeamFields
        draft={draft}
        onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
        error={save.error}
        readOnly={!may}
      />
      {save.isError && <ErrorNote error={save.error} />}
      {may && (
        <div className="flex justify-between gap-2">
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!changed || !draft.name.trim()}>
            {common.save}
          </Button>
          <Button icon={<Trash2 />} onClick={() => void remove()}>
            {common.delete}
          </Button>
        </div>
      )}
    </form>
  );
}
