import { useNavigate } from "@tanstack/react-router";
import { MoreHorizontal, Pencil, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, confirm, Dialog, ErrorNote, Field, IconButton, Input, Menu, MenuItem, toast, toastError } from "@/ui";
import { remove, rename, setStatus } from "./changes";
import { type Connection, refreshConnections } from "./queries";
import { useText } from "./text";

export function ConnectionActions({ connection, tag }: { connection: Connection; tag: string }) {
  const t = useText();
  const navigate = useNavigate();
  const [isRenaming, setIsRenaming] = useState(false);
  const { id, name, status } = connection;
  const isOff = status === "disabled";

  const change = async (wanted: "active" | "disabled") => {
    try {
      await setStatus(id, wanted);
      const back = wanted === "active" ? "disabled" : "active";
      const title = wanted === "active" ? t.page.enabled(name) : t.page.disabled(name);
      toast({ title, undo: () => void change(back) });
    } catch (error) {
      toastError(error);
    }
    await refreshConnections();
  };
  const askAndRemove = async () => {
    const question = {
      title: t.page.deleteTitle(name),
      detail: t.page.deleteDetail,
      action: t.page.delete,
      danger: true,
    };
    if (!(await confirm(question))) return;
    try {
      await remove(id);
      toast({ title: t.page.deleted(name) });
      await navigate({ to: "/connections" });
      await refreshConnections();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <>
      <Button icon={<Power />} onClick={() => void change(isOff ? "active" : "disabled")}>
        {isOff ? t.page.enable : t.page.disable}
      </Button>
      <Menu align="end" trigger={<IconButton label={t.page.more} icon={<MoreHorizontal />} variant="secondary" />}>
        <MenuItem icon={<Pencil />} onSelect={() => setIsRenaming(true)}>
          {t.page.rename}
        </MenuItem>
        <MenuItem icon={<Trash2 />} danger onSelect={() => void askAndRemove()}>
          {t.page.delete}
        </MenuItem>
      </Menu>
      {isRenaming && <RenameDialog connection={connection} tag={tag} onClose={() => setIsRenaming(false)} />}
    </>
  );
}

function RenameDialog({ connection, tag, onClose }: { connection: Connection; tag: string; onClose: () => void }) {
  const t = useText();
  const [name, setName] = useState(connection.name);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    try {
      await rename(connection.id, name.trim(), tag);
      onClose();
    } catch (failure) {
      setError(failure);
    }
    await refreshConnections();
  };
  return (
    <Dialog
      open
      size="sm"
      onOpenChange={(open) => !open && onClose()}
      title={t.page.rename}
      footer={
        <Button variant="primary" disabled={name.trim() === ""} onClick={() => void save()}>
          {t.page.rename}
        </Button>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") void save();
        }}
      >
        <Field label={t.create.name} required>
          <Input value={name} onChange={({ target }) => setName(target.value)} maxLength={200} />
        </Field>
        {error !== undefined && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}
