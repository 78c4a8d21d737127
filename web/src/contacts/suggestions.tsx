import { Link } from "@tanstack/react-router";
import { useMay } from "@/api";
import { Badge, Button, Section, toast, toastError } from "@/ui";
import { nameOf } from "./contacts-table";
import { type Contact, change, refreshContacts, type Suggestion } from "./queries";
import { useText } from "./text";
import { useMerge } from "./use-merge";

interface Props {
  contact: Contact;
  suggestions: Suggestion[];
}

/** Who may be the same person. Nothing is joined by itself. */
export function Suggestions({ contact, suggestions }: Props) {
  const t = useText();
  const may = useMay();
  const merge = useMerge();
  if (suggestions.length === 0) {
    return null;
  }
  const dismiss = async (other: string) => {
    try {
      await change.dismiss(contact.id, other);
      toast({ title: t.merge.dismissed });
    } catch (error) {
      toastError(error);
    }
    await refreshContacts();
  };
  return (
    <Section title={t.merge.suggestions} description={t.merge.suggestionsHint}>
      <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
        {suggestions.map(({ contact: other, confidence, reasons }) => (
          <li key={other.id} className="flex flex-wrap items-center gap-2 px-3 py-2 text-sm">
            <span className="min-w-0 flex-1">
              <span className="flex items-center gap-2">
                <Link
                  to="/contacts/$contactId"
                  params={{ contactId: other.id }}
                  className="truncate font-medium text-ink hover:underline"
                >
                  {nameOf(other) ?? t.nameless}
                </Link>
                <Badge tone={confidence === "high" ? "success" : "neutral"}>{t.merge.confidence[confidence]}</Badge>
              </span>
              <span className="block text-xs text-muted">
                {reasons.map(({ value }) => t.merge.shares(value)).join(", ")}
              </span>
            </span>
            {may("edit_contacts") && (
              <Button size="sm" onClick={() => void dismiss(other.id)}>
                {t.merge.dismiss}
              </Button>
            )}
            {may("merge_contacts") && (
              <Button size="sm" onClick={() => void merge(other.id, contact.id).catch(toastError)}>
                {t.merge.do}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
