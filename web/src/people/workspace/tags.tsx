/** Tags of conversations. */

import { useQuery } from "@tanstack/react-query";
import { Tag as TagIcon } from "lucide-react";
import { useState } from "react";
import { fieldError } from "@/api";
import { Checkbox, type Column, Field, Input, Select, Table } from "@/ui";
import { FormDialog } from "../form-dialog";
import { teamsQuery } from "../queries";
import { ListPage } from "./list-page";
import { change, refresh, type Tag, tagsQuery } from "./queries";
import { RowMenu } from "./row-menu";
import { useText } from "./text";

export function TagsPage() {
  const { tags: t, ...common } = useText();
  const query = useQuery(tagsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const [editing, setEditing] = useState<Tag | "new">();
  const columns: Column<Tag>[] = [
    {
      key: "name",
      header: common.name,
      cell: ({ name, color }) => (
        <span className="flex items-center gap-2 font-medium">
          <Dot color={color} />
          {name}
        </span>
      ),
    },
    {
      key: "team",
      header: t.team,
      cell: ({ team_id: id }) =>
        id ? (teams.find((team) => team.id === id)?.name ?? id) : <span className="text-muted">{t.anybody}</span>,
    },
    {
      key: "menu",
      header: null,
      align: "right",
      cell: (tag) => (
        <RowMenu
          what={tag.name}
          consequence={t.deleteConsequence}
          onEdit={() => setEditing(tag)}
          onDelete={() => change.deleteTag(tag.name)}
          onGone={() => refresh("tags")}
        />
      ),
    },
  ];
  return (
    <>
      <ListPage
        title={t.title}
        description={t.description}
        query={query}
        create={t.new}
        onCreate={() => setEditing("new")}
        empty={{ icon: <TagIcon />, title: t.empty, hint: t.emptyHint }}
      >
        {(rows) => <Table label={t.title} columns={columns} rows={rows} rowKey={({ name }) => name} />}
      </ListPage>
      {editing && <TagDialog tag={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function Dot({ color }: { color?: string | null }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 12 12" className="size-3 shrink-0 text-line-strong">
      <circle cx="6" cy="6" r="5" fill={color ?? "none"} stroke={color ?? "currentColor"} />
    </svg>
  );
}

function TagDialog({ tag, onClose }: { tag?: Tag; onClose: () => void }) {
  const { tags: t, ...common } = useText();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(tag?.name ?? "");
  const [color, setColor] = useState(tag?.color ?? null);
  const [team, setTeam] = useState(tag?.team_id ?? "");
  const submit = async () => {
    await change.putTag(name.trim(), { color, team_id: team || null });
    await refresh("tags");
  };
  return (
    <FormDialog
      size="sm"
      title={tag ? t.edit(tag.name) : t.new}
      action={tag ? common.save : common.add}
      disabled={!name.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={common.name} required error={fieldError(error, "/name")}>
            <Input value={name} readOnly={Boolean(tag)} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Checkbox
            label={t.noColor}
            checked={color === null}
            onCheckedChange={(none) => setColor(none ? null : "#4f46e5")}
          />
          {color !== null && (
            <Field label={t.color} error={fieldError(error, "/color")}>
              <Input type="color" className="w-20" value={color} onChange={(event) => setColor(event.target.value)} />
            </Field>
          )}
          <Field label={t.team}>
            <Select
              value={team}
              onValueChange={setTeam}
              placeholder={t.anybody}
              options={teams.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
