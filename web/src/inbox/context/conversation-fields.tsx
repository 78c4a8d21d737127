/** The fields of a conversation: whose it is, how urgent, its tags, what the tenant notes about it. */

import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMay, useMe } from "@/api";
import { useFormat } from "@/i18n";
import { Chips, IconButton, Select } from "@/ui";
import { useTagging, useUpdate } from "../actions/mutations";
import { TagPicker } from "../actions/tag-picker";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import { attributesQuery, brandsQuery, useTeams } from "../queries";
import { type ConversationDetail, PRIORITIES, type Priority } from "../types";
import { attributeText } from "./attribute-text";
import { Block, Facts } from "./block";

const EditConversation = lazy(() =>
  import("./edit-conversation").then((module) => ({ default: module.EditConversation })),
);

export function ConversationFields({ detail }: { detail: ConversationDetail }) {
  const t = useConversationText();
  const format = useFormat();
  const { conversation } = detail;
  const { id, type, tags, custom_attributes } = conversation;
  const nameOf = useNameOf();
  const teams = useTeams();
  const brands = useQuery(brandsQuery).data ?? [];
  const attributes = useQuery(attributesQuery).data ?? [];
  const canEdit = useCanEdit(detail);
  const [editing, setEditing] = useState(false);
  const [tagging, update] = [useTagging(id), useUpdate(id)];
  const worked = type === "support" || type === "internal_ticket";
  const own = attributes.filter(({ owner }) => owner === "conversation");
  return (
    <>
      <Block
        title={t.aboutConversation}
        action={
          canEdit && (
            <IconButton label={t.editConversation} icon={<Pencil />} size="sm" onClick={() => setEditing(true)} />
          )
        }
      >
        <Facts
          rows={[
            type === "internal_ticket" && [t.ticketNumber, conversation.ticket_number],
            type === "internal_ticket" && [t.requester, nameOf(conversation.requester_id)],
            type !== "support" && [t.description, conversation.description],
            worked && [t.team, conversation.team_id ? teams.get(conversation.team_id)?.name : t.noTeam],
            worked && [t.assignee, nameOf(conversation.assignee_id)],
            worked && [
              t.priority,
              <Select
                key="priority"
                aria-label={t.priority}
                value={conversation.priority}
                onValueChange={(priority) => update.mutate({ priority: priority as Priority })}
                options={PRIORITIES.map((value) => ({ value, label: t.priorities[value] }))}
              />,
            ],
            [t.brand, brands.find(({ key }) => key === conversation.brand)?.name ?? conversation.brand],
            [t.category, conversation.category],
            [t.begun, format.dateTime(conversation.created_at)],
            conversation.first_response_at && [t.firstResponse, format.dateTime(conversation.first_response_at)],
            conversation.csat_rating && [t.rating, t.ratingOf(conversation.csat_rating)],
            ...own.map(
              ({ key, name }) => [name, attributeText((custom_attributes as Record<string, unknown>)[key])] as const,
            ),
          ]}
        />
      </Block>
      <Block
        title={t.tags}
        action={
          <TagPicker
            chosen={tags}
            onToggle={(tag, add) => tagging.mutate({ tag, add })}
            trigger={<IconButton label={t.addTag} icon={<Plus />} size="sm" />}
          />
        }
      >
        {tags.length === 0 && <p className="text-sm text-muted">{t.noTags}</p>}
        <Chips
          items={tags.map((tag) => ({ value: tag, label: tag }))}
          onRemove={(tag) => tagging.mutate({ tag, add: false })}
        />
      </Block>
      <Suspense>
        {editing && <EditConversation conversation={conversation} onClose={() => setEditing(false)} />}
      </Suspense>
    </>
  );
}

/** A channel is changed by those who lead it, and by whoever manages teams. */
function useCanEdit({ conversation, participants }: ConversationDetail): boolean {
  const { user } = useMe();
  const may = useMay();
  if (conversation.type !== "team_channel") return may("work_conversations");
  const role = participants.find((one) => one.user_id === user.id)?.role;
  return role === "owner" || role === "admin" || may("manage_teams");
}
