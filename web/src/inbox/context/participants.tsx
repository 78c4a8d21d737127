import { useMutation } from "@tanstack/react-query";
import { UserPlus, X } from "lucide-react";
import { api, ok, queryClient, useMe } from "@/api";
import { Avatar, Badge, Button, Combobox, confirm, IconButton, toastError } from "@/ui";
import { usePresence } from "../agents";
import { useConversationText } from "../conversation-text";
import { useAgentOptions } from "../presence/agent-options";
import { conversationQuery, participantsQuery } from "../queries";
import type { ConversationDetail } from "../types";
import { Block } from "./block";

/** Who takes part, and who else might. */
export function Participants({ detail }: { detail: ConversationDetail }) {
  const t = useConversationText();
  const { user } = useMe();
  const agents = useAgentOptions();
  const presence = usePresence();
  const { conversation, participants } = detail;
  const { add, remove } = useParticipation(conversation.id);
  const own = participants.find((one) => one.user_id === user.id);
  const direct = conversation.type === "direct_message";
  const leads = own?.role === "owner" || own?.role === "admin";
  const canAdd = !direct && (leads || !conversation.is_private);
  const known = new Set(participants.map((one) => one.user_id));
  const leave = async () => {
    if (await confirm({ title: t.leaveTitle, detail: t.leaveHint, action: t.leave })) remove.mutate(user.id);
  };
  const addButton = (
    <Combobox
      label={t.addPerson}
      trigger={<IconButton label={t.addPerson} icon={<UserPlus />} size="sm" />}
      value={null}
      onValueChange={(id) => id && add.mutate(id)}
      options={agents.filter(({ value }) => !known.has(value))}
    />
  );
  return (
    <Block title={t.participants(participants.length)} action={canAdd && own && addButton}>
      <ul className="flex flex-col gap-1.5 text-sm">
        {participants.map(({ user_id, name, role }) => (
          <li key={user_id} className="flex items-center gap-2">
            <Avatar name={name} size="sm" presence={presence.get(user_id)?.status} />
            <span className="min-w-0 flex-1">
              <span className="block truncate">{user_id === user.id ? t.me(name) : name}</span>
              {presence.get(user_id)?.text && (
                <span className="block truncate text-xs text-muted" title={presence.get(user_id)?.text}>
                  {presence.get(user_id)?.text}
                </span>
              )}
            </span>
            {role !== "member" && <Badge>{t.roles[role]}</Badge>}
            {leads && !direct && user_id !== user.id && (
              <IconButton label={t.removePerson(name)} icon={<X />} size="sm" onClick={() => remove.mutate(user_id)} />
            )}
          </li>
        ))}
      </ul>
      {!own && !conversation.is_private && conversation.type === "team_channel" && (
        <Button className="mt-3 w-full" busy={add.isPending} onClick={() => add.mutate(user.id)}>
          {t.join}
        </Button>
      )}
      {own && !direct && conversation.type === "team_channel" && (
        <Button variant="ghost" size="sm" className="mt-2" onClick={() => void leave()}>
          {t.leave}
        </Button>
      )}
    </Block>
  );
}

function useParticipation(id: string) {
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: conversationQuery(id).queryKey });
    void queryClient.invalidateQueries({ queryKey: participantsQuery(id).queryKey });
  };
  const route = "/api/v1/conversations/{id}/participants/{user_id}";
  const add = useMutation({
    mutationFn: (user_id: string) =>
      ok(api.PUT(route, { params: { path: { id, user_id } }, body: { role: "member" } })),
    onSuccess: refresh,
    onError: (error) => toastError(error),
  });
  const remove = useMutation({
    mutationFn: (user_id: string) => ok(api.DELETE(route, { params: { path: { id, user_id } } })),
    onSuccess: refresh,
    onError: (error) => toastError(error),
  });
  return { add, remove };
}
