/** A message that is not at the server yet: on its way, waiting for a connection, or refused. */

import { CircleAlert, Clock, CloudOff } from "lucide-react";
import { Suspense, useState } from "react";
import { useOnline } from "@/shell/use-online";
import { Button, cx } from "@/ui";
import { TemplateDialog } from "../composer/lazy";
import { useComposer } from "../composer/state";
import { useConversationText } from "../conversation-text";
import { type OutboxEntry, outbox } from "../outbox";
import { useThreadParts } from "./thread-context";

export function PendingEntry({ entry }: { entry: OutboxEntry }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const note = entry.body.kind === "note" && conversation.type === "support";
  const text = wordsOf(entry);
  return (
    <article aria-label={t.notSentYet} className="flex flex-row-reverse pt-2 pb-1">
      <span className="w-10 shrink-0 max-md:hidden" />
      <div className="flex max-w-[85%] flex-col items-end md:max-w-[75%]">
        <div
          className={cx(
            "rounded-lg border px-3 py-1.5",
            note ? "border-note-line bg-note text-note-ink" : "border-transparent bg-bubble-own",
            entry.state === "refused" && "border-danger!",
          )}
        >
          <p className="text-sm break-words whitespace-pre-wrap">{text}</p>
        </div>
        {entry.state === "refused" ? <Refused entry={entry} /> : <Waiting entry={entry} />}
      </div>
    </article>
  );
}

function Waiting({ entry }: { entry: OutboxEntry }) {
  const t = useConversationText();
  const online = useOnline();
  const offline = !online && entry.state === "waiting";
  return (
    <p role="status" className="mt-0.5 flex items-center gap-1 text-xs text-muted">
      {offline ? <CloudOff aria-hidden className="size-3.5" /> : <Clock aria-hidden className="size-3.5" />}
      {offline ? t.sentWhenOnline : t.delivery.sending}
    </p>
  );
}

function Refused({ entry }: { entry: OutboxEntry }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const composer = useComposer(conversation.id);
  const [templates, setTemplates] = useState(false);
  const edit = () => {
    outbox.discard(entry.key);
    composer.write(wordsOf(entry), entry.body.kind === "note");
  };
  return (
    <div role="alert" className="mt-1 flex flex-col items-end gap-1 text-xs">
      <p className="flex items-center gap-1 text-right text-danger">
        <CircleAlert aria-hidden className="size-3.5 shrink-0" />
        {[t.notSent, entry.problem?.title, entry.problem?.detail].filter(Boolean).join(". ")}
      </p>
      <div className="flex flex-wrap justify-end gap-1">
        {entry.problem?.code === "window_closed" && (
          <Button size="sm" variant="primary" onClick={() => setTemplates(true)}>
            {t.sendTemplate}
          </Button>
        )}
        <Button size="sm" onClick={() => outbox.retry(entry.key)}>
          {t.sendAgain}
        </Button>
        <Button size="sm" onClick={edit}>
          {t.edit}
        </Button>
        <Button size="sm" variant="ghost" onClick={() => outbox.discard(entry.key)}>
          {t.discard}
        </Button>
      </div>
      <Suspense>
        {templates && <TemplateDialog conversation={conversation} onClose={() => setTemplates(false)} />}
      </Suspense>
    </div>
  );
}

function wordsOf({ body }: OutboxEntry): string {
  if (body.kind === "note") return body.text;
  const { content } = body;
  if ("text" in content && content.text) return content.text;
  if (content.type === "template") return content.name;
  return content.type;
}
