import { useQuery } from "@tanstack/react-query";
import { useFormat } from "@/i18n";
import { Badge, EmptyState, ErrorState, SkeletonRows } from "@/ui";
import { journeyQuery } from "./queries";
import { useText } from "./text";

/** Over which accounts they conversed, in the order of time. */
export function Journey({ id }: { id: string }) {
  const t = useText();
  const { date } = useFormat();
  const { data: steps, error, isPending, refetch } = useQuery(journeyQuery(id));
  if (isPending) {
    return <SkeletonRows />;
  }
  if (!steps) {
    return <ErrorState error={error} retry={refetch} />;
  }
  if (steps.length === 0) {
    return <EmptyState title={t.contact.journeyEmpty} />;
  }
  return (
    <ol className="flex max-w-3xl flex-col">
      {steps.map((step) => (
        <li key={`${step.connection_id} ${step.first_at}`} className="border-l-2 border-line py-2 pl-3 text-sm">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{step.connection_name}</span>
            <span className="text-muted">{step.channel}</span>
            {step.first_on_channel && <Badge tone="accent">{t.contact.firstOnChannel}</Badge>}
          </span>
          <span className="block text-xs text-muted">
            {date(step.first_at)} – {date(step.last_at)}, {t.contact.messages(step.inbound, step.outbound)}
          </span>
        </li>
      ))}
    </ol>
  );
}
