/** One request as a provider posted it, and what became of it. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, RotateCcw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useFormat } from "@/i18n";
import { Button, CopyButton, Drawer, ErrorNote, ErrorState, Skeleton, SkeletonRows, Switch, toast } from "@/ui";
import { laidOut, textOf } from "./body-text";
import { replay } from "./changes";
import { OutcomeBadge } from "./outcome-badge";
import { bodyQuery, type Delivery, deliveryQuery } from "./queries";
import { useText } from "./text";

export function DeliveryDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(deliveryQuery(id));
  const again = useMutation({
    mutationFn: () => replay(id),
    onSuccess: () => toast({ title: t.deliveries.replayed }),
    onSettled: () => client.invalidateQueries({ queryKey: ["deliveries"] }),
  });
  return (
    <Drawer
      open
      size="lg"
      onOpenChange={(open) => !open && onClose()}
      title={t.deliveries.title}
      footer={
        <>
          <span className="min-w-0 flex-1 self-center text-xs text-muted">{t.deliveries.replayHint}</span>
          <Button
            variant="primary"
            icon={<RotateCcw />}
            busy={again.isPending}
            disabled={!data || data.outcome === "received"}
            onClick={() => again.mutate()}
          >
            {t.deliveries.replay}
          </Button>
        </>
      }
    >
      {again.error && <ErrorNote error={again.error} />}
      {error ? <ErrorState error={error} retry={refetch} /> : !data ? <SkeletonRows /> : <Details delivery={data} />}
    </Drawer>
  );
}

function Details({ delivery }: { delivery: Delivery }) {
  const t = useText();
  const format = useFormat();
  return (
    <div className="flex flex-col gap-5 text-sm">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        <Fact name={t.deliveries.outcome}>
          <OutcomeBadge outcome={delivery.outcome} />
        </Fact>
        {delivery.reason && <Fact name={t.deliveries.reason}>{delivery.reason}</Fact>}
        <Fact name={t.deliveries.received}>{format.dateTime(delivery.received_at)}</Fact>
        {delivery.processed_at && <Fact name={t.deliveries.processedAt}>{format.dateTime(delivery.processed_at)}</Fact>}
        <Fact name={t.deliveries.request}>
          <span className="font-mono text-xs">
            {delivery.method}
            {delivery.query && ` ?${delivery.query}`}
          </span>
        </Fact>
        <Fact name={t.deliveries.key}>
          <span className="font-mono text-xs break-all">{delivery.dedupe_key}</span>
        </Fact>
        <Fact name={t.deliveries.trace}>
          <span className="inline-flex items-center gap-1" title={t.deliveries.traceHint}>
            <span className="font-mono text-xs break-all">{delivery.trace_id}</span>
            <CopyButton text={delivery.trace_id} label={t.deliveries.copyTrace} />
          </span>
        </Fact>
      </dl>
      {delivery.partial && <p className="text-muted">{t.deliveries.partial}</p>}
      <Headers headers={delivery.headers} />
      <Body delivery={delivery} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Headers({ headers }: { headers: Delivery["headers"] }) {
  const t = useText();
  return (
    <section aria-label={t.deliveries.headers}>
      <h3 className="mb-1 font-semibold">{t.deliveries.headers}</h3>
      <dl className="grid grid-cols-[minmax(8rem,auto)_1fr] gap-x-4 font-mono text-xs">
        {headers.map(([name, value], place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header may come twice, and they never move.
          <Fact key={place} name={name ?? ""}>
            <span className="break-all">{value}</span>
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Body({ delivery: { id, body_size } }: { delivery: Delivery }) {
  const t = useText();
  const { data, error } = useQuery({ ...bodyQuery(id), enabled: body_size > 0 });
  const [isRaw, setIsRaw] = useState(false);
  const text = data && textOf(data);
  const pretty = text && laidOut(text);
  return (
    <section aria-label={t.deliveries.body}>
      <div className="mb-1 flex items-center justify-between">
        <h3 className="font-semibold">{t.deliveries.body}</h3>
        {data && (
          <span className="flex items-center gap-2">
            {pretty && <Switch label={t.deliveries.raw} checked={isRaw} onCheckedChange={setIsRaw} />}
            {text !== undefined && <CopyButton text={text} />}
            <Button size="sm" variant="ghost" icon={<Download />} onClick={() => save(data, id)}>
              {t.deliveries.download}
            </Button>
          </span>
        )}
      </div>
      {body_size === 0 ? (
        <p className="text-muted">{t.deliveries.noBody}</p>
      ) : error ? (
        <ErrorNote error={error} />
      ) : !data ? (
        <Skeleton className="h-24 w-full" />
      ) : (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with keys.
          tabIndex={0}
          className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs"
        >
          {(isRaw ? text : (pretty ?? text)) ?? t.deliveries.notText}
        </pre>
      )}
    </section>
  );
}

/** What somebody else wrote is never opened as a page. */
function save(bytes: ArrayBuffer, id: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `${id}.bin` });
  link.click();
  URL.revokeObjectURL(url);
}
