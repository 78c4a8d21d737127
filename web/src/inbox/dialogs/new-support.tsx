/** Writes to a customer who has not written: whom, over which account, and what. */

import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, isProblem, ok, ProblemError } from "@/api";
import { Button, Combobox, ErrorNote, Field, Select, Textarea } from "@/ui";
import { FormDialog } from "../actions/form-dialog";
import { useAccounts } from "../channels";
import { TemplateForm, useTemplateDraft } from "../composer/template-form";
import { useConversationText } from "../conversation-text";
import { useBegin } from "./use-begin";

function contactsQuery(search: string) {
  return queryOptions({
    queryKey: ["contacts", "search", search],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/v1/contacts", { params: { query: { search: search || undefined, limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function NewSupport({ onClose }: { onClose: () => void }) {
  const t = useConversationText();
  const begin = useBegin(onClose);
  const accounts = useAccounts({ sending: true });
  const [search, setSearch] = useState("");
  const contacts = useQuery(contactsQuery(search));
  const [contact, setContact] = useState<string | null>(null);
  const [account, setAccount] = useState("");
  const [text, setText] = useState("");
  const [byTemplate, setByTemplate] = useState(false);
  const connection = account || accounts[0]?.value || "";
  const template = useTemplateDraft(connection);
  const content = byTemplate
    ? template.content
    : text.trim()
      ? { type: "text" as const, text: text.trim() }
      : undefined;
  const closed = isProblem(begin.error, "window_closed");
  const submit = () => {
    if (contact && connection && content) {
      begin.mutate({ type: "support", contact_id: contact, connection_id: connection, content });
    }
  };
  return (
    <FormDialog
      title={t.newSupport}
      action={t.send}
      busy={begin.isPending}
      disabled={!contact || !connection || !content}
      error={begin.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <Existing error={begin.error} onClose={onClose} />
      {contacts.isError && <ErrorNote error={contacts.error} />}
      <Field label={t.contact} required>
        <Combobox
          label={t.contact}
          value={contact}
          onValueChange={setContact}
          onSearch={setSearch}
          loading={contacts.isPending}
          options={(contacts.data?.items ?? []).map(({ id, name, email, phone }) => ({
            value: id,
            label: name ?? phone ?? email ?? t.unknownContact,
            hint: phone ?? email ?? undefined,
          }))}
        />
      </Field>
      <Field label={t.account} required hint={accounts.length === 0 && t.noAccounts}>
        <Select value={connection} onValueChange={setAccount} options={accounts} />
      </Field>
      {byTemplate ? (
        <TemplateForm connectionId={connection} draft={template} />
      ) : (
        <Field label={t.message} required>
          <Textarea value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
      )}
      <Button
        variant={closed ? "primary" : "ghost"}
        size="sm"
        className="self-start"
        onClick={() => setByTemplate(!byTemplate)}
      >
        {byTemplate ? t.writeFreely : t.useTemplate}
      </Button>
    </FormDialog>
  );
}

/** There is one with them already: the way there. */
function Existing({ error, onClose }: { error: unknown; onClose: () => void }) {
  const t = useConversationText();
  const navigate = useNavigate();
  if (!(error instanceof ProblemError) || error.code !== "conversation_exists") return null;
  const id = error.problem.conversation_id;
  if (typeof id !== "string") return null;
  const go = () => {
    onClose();
    void navigate({ to: "/inbox/$conversationId", params: { conversationId: id }, search: {} });
  };
  return (
    <Button className="self-start" onClick={go}>
      {t.openExisting}
    </Button>
  );
}
