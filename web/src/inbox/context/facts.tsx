/** What plugins know about a customer: orders, deals, …; the newest they told, and asked anew by a button. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ExternalLink, RefreshCw } from "lucide-react";
import { api, type components, ok, queryClient } from "@/api";
import { IconButton, RelativeTime, SkeletonRows, toastError } from "@/ui";
import { useConversationText } from "../conversation-text";
import { factsQuery } from "../queries";
import { Block, NotLoaded } from "./block";

type Fact = components["schemas"]["ShownFact"];

export function Facts({ contactId }: { contactId: string }) {
  const t = useConversationText();
  const facts = useQuery(factsQuery(contactId));
  const refresh = useMutation({
    mutationFn: () => ok(api.POST("/api/v1/contacts/{id}/facts/refresh", { params: { path: { id: contactId } } })),
    onSuccess: (data) => queryClient.setQueryData(factsQuery(contactId).queryKey, data),
    onError: (error) => toastError(error),
  });
  if (facts.isPending) return <SkeletonRows rows={3} />;
  if (facts.isLoadingError) {
    return (
      <Block title={t.factsTitle}>
        <NotLoaded query={facts} />
      </Block>
    );
  }
  if (!facts.data || facts.data.sources.length === 0) return null;
  return facts.data.sources.map((source) => {
    const known = facts.data.facts.filter((fact) => fact.connection_id === source.connection_id);
    return (
      <Block
        key={source.connection_id}
        title={source.name}
        action={
          <IconButton
            label={t.askAgain(source.name)}
            icon={<RefreshCw />}
            size="sm"
            busy={refresh.isPending || source.refreshing}
            onClick={() => refresh.mutate()}
          />
        }
      >
        {source.problem && <p className="mb-2 text-sm text-danger">{source.problem}</p>}
        {known.length === 0 && !source.problem && <p className="text-sm text-muted">{t.nothingKnown}</p>}
        <ul className="flex flex-col gap-2">
          {known.map((fact, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: several facts may share name and title.
            <FactRow key={index} fact={fact} />
          ))}
        </ul>
      </Block>
    );
  });
}

function FactRow({ fact: { title, text, url, as_of } }: { fact: Fact }) {
  const t = useConversationText();
  return (
    <li className="rounded-md border border-line px-2.5 py-2 text-sm">
      <p className="flex items-center gap-1 font-medium">
        <span className="min-w-0 flex-1 break-words">{title}</span>
        {url && /^https:\/\//.test(url) && (
          <a
            href={url}
            target="_blank"
            rel="noreferrer"
            aria-label={t.openElsewhere(title)}
            className="text-accent-ink"
          >
            <ExternalLink aria-hidden className="size-4" />
          </a>
        )}
      </p>
      <p className="break-words whitespace-pre-wrap text-muted">{text}</p>
      <p className="text-xs text-faint">
        <RelativeTime at={as_of} />
      </p>
    </li>
  );
}
