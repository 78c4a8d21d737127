/** Fields of the tenant's own making. */

import { useQuery } from "@tanstack/react-query";
import { ListPlus } from "lucide-react";
import { useState } from "react";
import { fieldError } from "@/api";
import { type Column, Field, Input, Select, Table, Textarea } from "@/ui";
import { FormDialog } from "../form-dialog";
import { ListPage } from "./list-page";
import { type Attribute, attributesQuery, change, refresh } from "./queries";
import { RowMenu } from "./row-menu";
import { useText } from "./text";

const OWNERS: Attribute["owner"][] = ["contact", "conversation", "company"];
const KINDS: Attribute["kind"][] = ["text", "number", "boolean", "date", "choice", "choices", "link"];

export function AttributesPage() {
  const { attributes: t, ...common } = useText();
  const query = useQuery(attributesQuery);
  const [editing, setEditing] = useState<Attribute | "new">();
  const columns: Column<Attribute>[] = [
    {
      key: "name",
      header: common.name,
      cell: ({ name, key }) => (
        <>
          <span className="font-medium">{name}</span>
          <span className="block font-mono text-xs text-muted">{key}</span>
        </>
      ),
    },
    { key: "owner", header: t.owner, cell: ({ owner }) => t.owners[owner] },
    {
      key: "kind",
      header: t.kind,
      cell: ({ kind, options }) => (
        <>
          {t.kinds[kind]}
          {options.length > 0 && <span className="line-clamp-1 text-xs text-muted">{options.join(", ")}</span>}
        </>
      ),
    },
    {
      key: "menu",
      header: null,
      align: "right",
      cell: (attribute) => (
        <RowMenu
          what={attribute.name}
          consequence={t.deleteConsequence}
          onEdit={() => setEditing(attribute)}
          onDelete={() => change.deleteAttribute(attribute.owner, attribute.key)}
          onGone={() => refresh("attributes")}
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
        empty={{ icon: <ListPlus />, title: t.empty, hint: t.emptyHint }}
      >
        {(rows) => (
          <Table label={t.title} columns={columns} rows={rows} rowKey={({ owner, key }) => `${owner} ${key}`} />
        )}
      </ListPage>
      {editing && (
        <AttributeDialog attribute={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
    </>
  );
}

function AttributeDialog({ attribute, onClose }: { attribute?: Attribute; onClose: () => void }) {
  const { attributes: t, ...common } = useText();
  const [owner, setOwner] = useState(attribute?.owner ?? "contact");
  const [name, setName] = useState(attribute?.name ?? "");
  const [key, setKey] = useState(attribute?.key);
  const [kind, setKind] = useState(attribute?.kind ?? "text");
  const [options, setOptions] = useState(attribute?.options.join("\n") ?? "");
  const isChoice = kind === "choice" || kind === "choices";
  // Until somebody writes another, the key is made of the name.
  const usedKey = key ?? keyOf(name);
  const submit = async () => {
    const lines = isChoice ? options.split("\n").flatMap((line) => line.trim() || []) : undefined;
    await change.putAttribute(owner, usedKey, { name: name.trim(), kind, options: lines });
    await refresh("attributes");
  };
  return (
    <FormDialog
      title={attribute ? t.edit(attribute.name) : t.new}
      action={attribute ? common.save : common.add}
      disabled={!name.trim() || !usedKey}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={t.owner}>
            <Select
              value={owner}
              disabled={Boolean(attribute)}
              onValueChange={(value) => setOwner(OWNERS.find((known) => known === value) ?? "contact")}
              options={OWNERS.map((value) => ({ value, label: t.owners[value] ?? value }))}
            />
          </Field>
          <Field label={common.name} required error={fieldError(error, "/name")}>
            <Input value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.key} hint={t.keyHint} required error={fieldError(error, "/key")}>
            <Input
              className="font-mono"
              value={usedKey}
              readOnly={Boolean(attribute)}
              onChange={(event) => setKey(event.target.value)}
            />
          </Field>
          <Field label={t.kind} error={fieldError(error, "/kind")}>
            <Select
              value={kind}
              onValueChange={(value) => setKind(KINDS.find((known) => known === value) ?? "text")}
              options={KINDS.map((value) => ({ value, label: t.kinds[value] ?? value }))}
            />
          </Field>
          {isChoice && (
            <Field label={t.options} hint={t.optionsHint} required error={fieldError(error, "/options")}>
              <Textarea rows={5} value={options} onChange={(event) => setOptions(event.target.value)} />
            </Field>
          )}
        </>
      )}
    </FormDialog>
  );
}

/** A name as a key: `Contract end` becomes `contract_end`. */
export function keyOf(name: string, separator = "_"): string {
  const plain = name.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.replace(/[^a-z0-9]+/g, separator).replace(new RegExp(`^${separator}+|${separator}+$`, "g"), "");
}
