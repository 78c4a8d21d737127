/** Macros: several steps at once. */

import { useQuery } from "@tanstack/react-query";
import { Zap } from "lucide-react";
import { useState } from "react";
import { fieldError, type Tagged } from "@/api";
import { type Column, Field, Input, SkeletonRows, Table } from "@/ui";
import { FormDialog } from "../form-dialog";
import { ListPage } from "./list-page";
import { MacroSteps } from "./macro-steps";
import { change, type Macro, type MacroAction, macroQuery, macrosQuery, refresh } from "./queries";
import { RowMenu } from "./row-menu";
import { SharedWithWords, SharingField, useMayChange, useUsualSharing } from "./sharing";
import { useText } from "./text";

export function MacrosPage() {
  const { macros: t, ...common } = useText();
  const mayChange = useMayChange();
  const query = useQuery(macrosQuery);
  const [editing, setEditing] = useState<string>();
  const columns: Column<Macro>[] = [
    {
      key: "name",
      header: common.name,
      className: "min-w-40",
      cell: ({ name, description }) => (
        <>
          <span className="font-medium">{name}</span>
          {description && <span className="line-clamp-1 text-xs text-muted">{description}</span>}
        </>
      ),
    },
    {
      key: "steps",
      header: t.steps,
      wide: true,
      cell: ({ actions }) => actions.map(({ type }) => t.kinds[type] ?? type).join(", "),
    },
    {
      key: "shared",
      header: common.sharedWith,
      wide: true,
      cell: ({ shared_with: value }) => <SharedWithWords value={value} />,
    },
    {
      key: "menu",
      header: null,
      align: "right",
      cell: (macro) =>
        mayChange(macro.shared_with) && (
          <RowMenu
            what={macro.name}
            consequence={t.deleteConsequence}
            onEdit={() => setEditing(macro.id)}
            onDelete={() => change.deleteMacro(macro.id)}
            onGone={() => refresh("macros")}
          />
        ),
    },
  ];
  const close = () => setEditing(undefined);
  return (
    <>
      <ListPage
        title={t.title}
        description={t.description}
        query={query}
        create={t.new}
        onCreate={() => setEditing("new")}
        empty={{ icon: <Zap />, title: t.empty, hint: t.emptyHint }}
      >
        {(rows) => <Table label={t.title} columns={columns} rows={rows} rowKey={({ id }) => id} />}
      </ListPage>
      {editing && (editing === "new" ? <MacroDialog onClose={close} /> : <EditMacro id={editing} onClose={close} />)}
    </>
  );
}

/** In the version that is there when the dialog opens. */
function EditMacro({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useQuery(macroQuery(id));
  return data ? <MacroDialog key={data.tag} macro={data} onClose={onClose} /> : <SkeletonRows rows={1} />;
}

function MacroDialog({ macro, onClose }: { macro?: Tagged<Macro>; onClose: () => void }) {
  const { macros: t, ...common } = useText();
  const usual = useUsualSharing();
  const [name, setName] = useState(macro?.value.name ?? "");
  const [description, setDescription] = useState(macro?.value.description ?? "");
  const [actions, setActions] = useState<MacroAction[]>(macro?.value.actions ?? [{ type: "send_message", text: "" }]);
  const [sharedWith, setSharedWith] = useState(macro?.value.shared_with ?? usual);
  const submit = async () => {
    const body = { name: name.trim(), description: description.trim(), actions, shared_with: sharedWith };
    await (macro ? change.updateMacro(macro.value.id, macro.tag, body) : change.createMacro(body));
    await refresh("macros");
  };
  return (
    <FormDialog
      drawer
      title={macro ? t.edit(macro.value.name) : t.new}
      action={macro ? common.save : common.add}
      disabled={!name.trim() || actions.length === 0}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={common.name} required error={fieldError(error, "/name")}>
            <Input value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={common.description} error={fieldError(error, "/description")}>
            <Input value={description} onChange={(event) => setDescription(event.target.value)} />
          </Field>
          <MacroSteps actions={actions} onChange={setActions} error={error} />
          <SharingField value={sharedWith} onChange={setSharedWith} />
        </>
      )}
    </FormDialog>
  );
}
