/** Canned responses. */

import { useQuery } from "@tanstack/react-query";
import { MessageSquareQuote, Search } from "lucide-react";
import { useState } from "react";
import { fieldError, type Tagged } from "@/api";
import { type Column, Field, Input, SkeletonRows, Table, Textarea } from "@/ui";
import { FormDialog } from "../form-dialog";
import { ListPage } from "./list-page";
import { type Canned, cannedOneQuery, cannedQuery, change, refresh } from "./queries";
import { RowMenu } from "./row-menu";
import { SharedWithWords, SharingField, useMayChange, useUsualSharing } from "./sharing";
import { useText } from "./text";

export function CannedPage() {
  const { canned: t } = useText();
  const query = useQuery(cannedQuery);
  const [search, setSearch] = useState("");
  const [editing, setEditing] = useState<string>();
  const matches = ({ shortcut, title, text }: Canned) =>
    `${shortcut} ${title} ${text}`.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase());
  const bar = (
    <div className="w-64 p-3">
      <Input
        type="search"
        icon={<Search />}
        aria-label={t.search}
        placeholder={t.search}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
    </div>
  );
  const close = () => setEditing(undefined);
  return (
    <>
      <ListPage
        title={t.title}
        description={t.description}
        query={query}
        create={t.new}
        onCreate={() => setEditing("new")}
        empty={{ icon: <MessageSquareQuote />, title: t.empty, hint: t.emptyHint }}
        bar={bar}
      >
        {(rows) => <CannedTable rows={rows.filter(matches)} onEdit={setEditing} />}
      </ListPage>
      {editing && (editing === "new" ? <CannedDialog onClose={close} /> : <EditCanned id={editing} onClose={close} />)}
    </>
  );
}

function CannedTable({ rows, onEdit }: { rows: Canned[]; onEdit: (id: string) => void }) {
  const { canned: t, ...common } = useText();
  const mayChange = useMayChange();
  const columns: Column<Canned>[] = [
    {
      key: "shortcut",
      header: t.shortcut,
      cell: ({ shortcut }) => <code className="font-mono text-xs font-medium">/{shortcut}</code>,
    },
    {
      key: "title",
      header: t.titleField,
      className: "min-w-40",
      cell: ({ title, text }) => (
        <>
          <span className="font-medium">{title}</span>
          <span className="line-clamp-2 text-xs text-muted">{text}</span>
        </>
      ),
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
      cell: (canned) =>
        mayChange(canned.shared_with) && (
          <RowMenu
            what={`/${canned.shortcut}`}
            consequence={t.deleteConsequence}
            onEdit={() => onEdit(canned.id)}
            onDelete={() => change.deleteCanned(canned.id)}
            onGone={() => refresh("canned-responses")}
          />
        ),
    },
  ];
  if (rows.length === 0) {
    return <p className="px-3 pb-4 text-sm text-muted">{t.nothing}</p>;
  }
  return <Table label={t.title} columns={columns} rows={rows} rowKey={({ id }) => id} />;
}

/** In the version that is there when the dialog opens. */
function EditCanned({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useQuery(cannedOneQuery(id));
  return data ? <CannedDialog key={data.tag} canned={data} onClose={onClose} /> : <SkeletonRows rows={1} />;
}

function CannedDialog({ canned, onClose }: { canned?: Tagged<Canned>; onClose: () => void }) {
  const { canned: t, ...common } = useText();
  const usual = useUsualSharing();
  const [shortcut, setShortcut] = useState(canned?.value.shortcut ?? "");
  const [title, setTitle] = useState(canned?.value.title ?? "");
  const [text, setText] = useState(canned?.value.text ?? "");
  const [sharedWith, setSharedWith] = useState(canned?.value.shared_with ?? usual);
  const submit = async () => {
    const body = { shortcut: shortcut.trim(), title: title.trim(), text, shared_with: sharedWith };
    await (canned ? change.updateCanned(canned.value.id, canned.tag, body) : change.createCanned(body));
    await refresh("canned-responses");
  };
  return (
    <FormDialog
      title={canned ? t.edit(canned.value.shortcut) : t.new}
      action={canned ? common.save : common.add}
      disabled={!shortcut.trim() || !title.trim() || !text.trim()}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={t.shortcut} hint={t.shortcutHint} required error={fieldError(error, "/shortcut")}>
            <Input
              className="font-mono"
              value={shortcut}
              onChange={(event) => setShortcut(event.target.value.toLowerCase())}
            />
          </Field>
          <Field label={t.titleField} required error={fieldError(error, "/title")}>
            <Input value={title} onChange={(event) => setTitle(event.target.value)} />
          </Field>
          <Field label={t.text} hint={t.textHint} required error={fieldError(error, "/text")}>
            <Textarea rows={6} value={text} onChange={(event) => setText(event.target.value)} />
          </Field>
          <SharingField value={sharedWith} onChange={setSharedWith} />
        </>
      )}
    </FormDialog>
  );
}
