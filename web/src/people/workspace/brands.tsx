/** The names under which a tenant speaks. */

import { useQuery } from "@tanstack/react-query";
import { Store } from "lucide-react";
import { useState } from "react";
import { fieldError } from "@/api";
import { type Column, Field, Input, Table } from "@/ui";
import { FormDialog } from "../form-dialog";
import { keyOf } from "./attributes";
import { ListPage } from "./list-page";
import { type Brand, brandsQuery, change, refresh } from "./queries";
import { RowMenu } from "./row-menu";
import { useText } from "./text";

export function BrandsPage() {
  const { brands: t, ...common } = useText();
  const query = useQuery(brandsQuery);
  const [editing, setEditing] = useState<Brand | "new">();
  const columns: Column<Brand>[] = [
    { key: "name", header: common.name, cell: ({ name }) => <span className="font-medium">{name}</span> },
    { key: "key", header: t.key, cell: ({ key }) => <code className="font-mono text-xs text-muted">{key}</code> },
    {
      key: "menu",
      header: null,
      align: "right",
      cell: (brand) => (
        <RowMenu
          what={brand.name}
          consequence={t.deleteConsequence}
          onEdit={() => setEditing(brand)}
          onDelete={() => change.deleteBrand(brand.key)}
          onGone={() => refresh("brands")}
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
        empty={{ icon: <Store />, title: t.empty, hint: t.emptyHint }}
      >
        {(rows) => <Table label={t.title} columns={columns} rows={rows} rowKey={({ key }) => key} />}
      </ListPage>
      {editing && <BrandDialog brand={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function BrandDialog({ brand, onClose }: { brand?: Brand; onClose: () => void }) {
  const { brands: t, ...common } = useText();
  const [name, setName] = useState(brand?.name ?? "");
  const [key, setKey] = useState(brand?.key);
  const usedKey = key ?? keyOf(name, "-");
  const submit = async () => {
    await change.putBrand(usedKey, name.trim());
    await refresh("brands");
  };
  return (
    <FormDialog
      size="sm"
      title={brand ? t.edit(brand.name) : t.new}
      action={brand ? common.save : common.add}
      disabled={!name.trim() || !usedKey}
      onSubmit={submit}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={common.name} required error={fieldError(error, "/name")}>
            <Input value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t.key} hint={t.keyHint} required error={fieldError(error, "/key")}>
            <Input
              className="font-mono"
              value={usedKey}
              readOnly={Boolean(brand)}
              onChange={(event) => setKey(event.target.value)}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
