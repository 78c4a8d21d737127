import { useMutation } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import type { components } from "@/api";
import { useFormat } from "@/i18n";
import { Button, Section, toast, toastError } from "@/ui";
import { change, refreshContacts } from "./queries";
import { useText } from "./text";

type Fact = components["schemas"]["ShownFact"];

/** What plugins know about a contact, such as orders. */
export function Facts({ id, facts }: { id: string; facts: Fact[] }) {
  const t = useText();
  const { relative } = useFormat();
  const refresh = useMutation({
    mutationFn: () => change.refreshFacts(id),
    onSuccess: async () => {
      toast({ title: t.contact.refreshed });
      await refreshContacts();
    },
    onError: (error) => toastError(error),
  });
  if (facts.length === 0) {
    return null;
  }
  const again = (
    <Button size="sm" icon={<RotateCw />} busy={refresh.isPending} onClick={() => refresh.mutate()}>
      {t.contact.refresh}
    </Button>
  );
  return (
    <Section title={t.contact.facts} actions={again}>
      <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
        {facts.map((fact) => (
          <li key={`${fact.connection_id} ${fact.name}`} className="px-3 py-2 text-sm">
            <span className="flex items-baseline gap-2">
              {fact.url ? (
                <a
                  href={fact.url}
                  target="_blank"
                  rel="noreferrer"
                  className="font-medium text-accent-ink hover:underline"
                >
                  {fact.title}
                </a>
              ) : (
                <span className="font-medium">{fact.title}</span>
              )}
              <span className="flex-1" />
              <span className="text-xs whitespace-nowrap text-muted">{t.contact.asOf(relative(fact.as_of))}</span>
            </span>
            <span className="block break-words">{fact.text}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
