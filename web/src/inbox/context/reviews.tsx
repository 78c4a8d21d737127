/** What leads wrote down about a conversation that is over; the customer never sees it. */

import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { GraduationCap } from "lucide-react";
import { useState } from "react";
import { api, ok, queryClient, useMay } from "@/api";
import { Badge, Button, Checkbox, Field, RelativeTime, Textarea } from "@/ui";
import { FormDialog } from "../actions/form-dialog";
import { useConversationText } from "../conversation-text";
import { useNameOf } from "../names";
import type { Conversation } from "../types";
import { Block, NotLoaded } from "./block";

function reviewsQuery(id: string) {
  return queryOptions({
    queryKey: ["conversations", "reviews", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/conversations/{id}/reviews", { params: { path: { id } }, signal })),
  });
}

export function Reviews({ conversation }: { conversation: Conversation }) {
  const t = useConversationText();
  const nameOf = useNameOf();
  const may = useMay();
  const over = conversation.status === "closed" || conversation.status === "resolved";
  const query = useQuery({ ...reviewsQuery(conversation.id), enabled: over });
  const reviews = query.data ?? [];
  const [writing, setWriting] = useState(false);
  const canReview = over && may("review_conversations");
  if (!canReview && reviews.length === 0 && !query.isLoadingError) return null;
  return (
    <Block
      title={t.reviews}
      action={
        canReview && (
          <Button size="sm" variant="ghost" onClick={() => setWriting(true)}>
            {t.review}
          </Button>
        )
      }
    >
      {query.isLoadingError && <NotLoaded query={query} />}
      {query.data && reviews.length === 0 && <p className="text-sm text-muted">{t.noReviews}</p>}
      <ul className="flex flex-col gap-2 text-sm">
        {reviews.map(({ id, text, reviewer_id, created_at, is_training_case }) => (
          <li key={id}>
            <p className="break-words whitespace-pre-wrap">{text}</p>
            <p className="flex flex-wrap items-center gap-1.5 text-xs text-muted">
              {nameOf(reviewer_id)}
              <RelativeTime at={created_at} />
              {is_training_case && (
                <Badge tone="accent" icon={<GraduationCap aria-hidden />}>
                  {t.trainingCase}
                </Badge>
              )}
            </p>
          </li>
        ))}
      </ul>
      {writing && <ReviewDialog id={conversation.id} onClose={() => setWriting(false)} />}
    </Block>
  );
}

function ReviewDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useConversationText();
  const [text, setText] = useState("");
  const [training, setTraining] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/v1/conversations/{id}/reviews", {
          params: { path: { id } },
          body: { text: text.trim(), is_training_case: training },
        }),
      ),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: reviewsQuery(id).queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t.review}
      description={t.reviewHint}
      action={t.save}
      busy={create.isPending}
      disabled={!text.trim()}
      error={create.error}
      onClose={onClose}
      onSubmit={() => create.mutate()}
    >
      <Field label={t.reviewText} required>
        <Textarea autoFocus maxLength={10_000} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <Checkbox label={t.markTraining} checked={training} onCheckedChange={setTraining} />
    </FormDialog>
  );
}
