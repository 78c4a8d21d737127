import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Combobox, ErrorNote, Field, Select } from "@/ui";
import { useAccounts, useChannels } from "../channels";
import { useConversationText } from "../conversation-text";
import type { InboxSearch } from "../filters";
import { brandsQuery, tagsQuery, teamsQuery, usersQuery } from "../queries";
import { PRIORITIES, type Priority } from "../types";

interface FilterFormProps {
  search: InboxSearch;
  onChange: (change: InboxSearch) => void;
}

const NONE: InboxSearch = {
  team: undefined,
  channel: undefined,
  connection: undefined,
  brand: undefined,
  priority: undefined,
  tag: undefined,
  unread: undefined,
  escalated: undefined,
  archived: undefined,
};

export function FilterForm({ search, onChange }: FilterFormProps) {
  const t = useConversationText();
  const asked = [useQuery(usersQuery), useQuery(teamsQuery), useQuery(tagsQuery), useQuery(brandsQuery)] as const;
  const [users = [], teams = [], tags = [], brands = []] = [asked[0].data, asked[1].data, asked[2].data, asked[3].data];
  const failed = asked.find(({ isError, data }) => isError && !data);
  const [channels, accounts] = [useChannels(), useAccounts()];
  const any = { value: "", label: t.any };
  return (
    <div className="flex flex-col gap-3">
      {failed && <ErrorNote error={failed.error} />}
      <Field label={t.assignee}>
        <Combobox
          label={t.assignee}
          none={t.any}
          placeholder={t.any}
          value={search.assigned ?? null}
          onValueChange={(assigned) => onChange({ assigned: assigned ?? undefined })}
          options={[
            { value: "me", label: t.mine },
            { value: "nobody", label: t.unassigned },
            ...users.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      <Field label={t.team}>
        <Select
          value={search.team ?? ""}
          onValueChange={(team) => onChange({ team: team || undefined })}
          options={[
            any,
            { value: "none", label: t.noTeam },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      <Field label={t.channel}>
        <Select
          value={search.channel ?? ""}
          onValueChange={(channel) => onChange({ channel: channel || undefined })}
          options={[any, ...channels]}
        />
      </Field>
      {accounts.length > 1 && (
        <Field label={t.connection}>
          <Select
            value={search.connection ?? ""}
            onValueChange={(connection) => onChange({ connection: connection || undefined })}
            options={[any, ...accounts]}
          />
        </Field>
      )}
      {brands.length > 0 && (
        <Field label={t.brand}>
          <Select
            value={search.brand ?? ""}
            onValueChange={(brand) => onChange({ brand: brand || undefined })}
            options={[any, ...brands.map(({ key, name }) => ({ value: key, label: name }))]}
          />
        </Field>
      )}
      <Field label={t.priority}>
        <Select
          value={search.priority ?? ""}
          onValueChange={(priority) => onChange({ priority: (priority || undefined) as Priority | undefined })}
          options={[any, ...PRIORITIES.map((value) => ({ value, label: t.priorities[value] }))]}
        />
      </Field>
      <Field label={t.tags}>
        <Combobox
          multiple
          label={t.tags}
          placeholder={t.any}
          value={search.tag ?? []}
          onValueChange={(tag) => onChange({ tag: tag.length > 0 ? tag : undefined })}
          options={tags.map(({ name }) => ({ value: name, label: name }))}
        />
      </Field>
      <Checkbox
        label={t.onlyUnread}
        checked={search.unread ?? false}
        onCheckedChange={(on) => onChange({ unread: on || undefined })}
      />
      <Checkbox
        label={t.onlyEscalated}
        checked={search.escalated ?? false}
        onCheckedChange={(on) => onChange({ escalated: on || undefined })}
      />
      <Checkbox
        label={t.onlyArchived}
        checked={search.archived ?? false}
        onCheckedChange={(on) => onChange({ archived: on || undefined })}
      />
      <Button variant="ghost" onClick={() => onChange(NONE)}>
        {t.clearFilters}
      </Button>
    </div>
  );
}
