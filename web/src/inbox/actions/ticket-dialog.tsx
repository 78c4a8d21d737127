import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, idempotencyKey, ok, queryClient } from "@/api";
import { toast } from "@/ui";
import { useConversationText } from "../conversation-text";
import { emptyTicket, type TicketDraft, TicketFields } from "../dialogs/ticket-fields";
import { FormDialog } from "./form-dialog";
import type { ActionDialogProps } from "./more-menu";

/** Makes a ticket of a support conversation; both show the other. */
export function TicketDialog({ detail, onClose }: ActionDialogProps) {
  const t = useConversationText();
  const navigate = useNavigate();
  const { id } = detail.conversation;
  const [key] = useState(idempotencyKey);
  const [draft, setDraft] = useState<TicketDraft>(emptyTicket);
  const create = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/v1/conversations/{id}/tickets", {
          params: { path: { id }, header: { "Idempotency-Key": key } },
          body: {
            title: draft.title.trim(),
            description: draft.description.trim() || undefined,
            priority: draft.priority,
            team_id: draft.team || undefined,
          },
        }),
      ),
    onSuccess: (ticket) => {
      void queryClient.invalidateQueries({ queryKey: ["conversations"] });
      const open = () =>
        void navigate({ to: "/inbox/$conversationId", params: { conversationId: ticket.id }, search: {} });
      toast({ title: t.ticketMade(ticket.ticket_number ?? ""), action: { label: t.open, run: open } });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t.makeTicket}
      action={t.makeTicket}
      busy={create.isPending}
      disabled={!draft.title.trim()}
      error={create.error}
      onClose={onClose}
      onSubmit={() => create.mutate()}
    >
      <TicketFields draft={draft} onChange={setDraft} />
    </FormDialog>
  );
}
