/** A message that is not at the server yet, as far as is known: on its way, waiting for a connection, refused, or in doubt. */

import { CircleAlert, Clock, CloudOff } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useOnline } from "@/shell/use-online";
import { Button, confirm, cx } from "@/ui";
import { TemplateDialog, TemplateWords } from "../composer/lazy";
import { useConversationText } from "../conversation-text";
import { type OutboxEntry, outbox } from "../outbox";
import { useThreadParts } from "./thread-context";

const RewordDialog = lazy(() => import("./reword-dialog").then((module) => ({ default: module.RewordDialog })));

export function PendingEntry({ entry }: { entry: OutboxEntry }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const note = entry.body.kind === "note" && conversation.type === "support";
  const template = templateOf(entry.body);
  const asks = entry.state === "refused" || entry.state === "doubtful";
  return (
    <article aria-label={t.notSentYet} className="flex flex-row-reverse pt-2 pb-1">
      <span className="w-10 shrink-0 max-md:hidden" />
      <div className="flex max-w-[85%] flex-col items-end md:max-w-[75%]">
        <div
          className={cx(
            "rounded-lg border px-3 py-1.5",
            note ? "border-note-line bg-note text-note-ink" : "border-transparent bg-bubble-own",
            asks && "border-danger!",
          )}
        >
          <p className="text-sm break-words whitespace-pre-wrap">
            <Suspense fallback={wordsOf(entry)}>
              {template ? (
                <TemplateWords connectionId={conversation.connection_id ?? ""} content={template} />
              ) : (
                wordsOf(entry)
              )}
            </Suspense>
          </p>
        </div>
        {asks ? <Undecided entry={entry} /> : <Waiting entry={entry} />}
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

/** What becomes of it is the person's to say. */
function Undecided({ entry }: { entry: OutboxEntry }) {
  const t = useConversationText();
  const { conversation } = useThreadParts();
  const [opened, setOpened] = useState<"template" | "words">();
  const { key, body, problem } = entry;
  const text = textOf(body);
  const isTemplate = templateOf(body) !== undefined;
  const close = () => setOpened(undefined);
  const discard = async () => {
    const question = { title: t.discardTitle, detail: text, action: t.discard, danger: true };
    if (await confirm(question)) outbox.discard(key);
  };
  return (
    <div role="alert" className="mt-1 flex flex-col items-end gap-1 text-xs">
      <p className="flex items-center gap-1 text-right text-danger">
        <CircleAlert aria-hidden className="size-3.5 shrink-0" />
        {entry.state === "doubtful"
          ? t.maybeSent
          : [t.notSent, problem?.title, problem?.detail].filter(Boolean).join(". ")}
      </p>
      <div className="flex flex-wrap justify-end gap-1">
        {(isTemplate || problem?.code === "window_closed") && (
          <Button size="sm" variant="primary" onClick={() => setOpened("template")}>
            {t.sendTemplate}
          </Button>
        )}
        <Button size="sm" onClick={() => outbox.retry(key)}>
          {t.sendAgain}
        </Button>
        {text !== undefined && (
          <Button size="sm" onClick={() => setOpened("words")}>
            {t.edit}
          </Button>
        )}
        <Button size="sm" variant="ghost" onClick={() => void discard()}>
          {t.discard}
        </Button>
      </div>
      <Suspense>
        {opened === "template" && (
          <TemplateDialog
            conversation={conversation}
            replyTo={body.kind === "message" ? (body.reply_to ?? undefined) : undefined}
            onSent={() => isTemplate && outbox.discard(key)}
            onClose={close}
          />
        )}
        {opened === "words" && (
          <RewordDialog text={text ?? ""} onSave={(words) => outbox.reword(key, words)} onClose={close} />
        )}
      </Suspense>
    </div>
  );
}

function templateOf(body: OutboxEntry["body"]) {
  return body.kind === "message" && body.content.type === "template" ? body.content : undefined;
}

/** Words that can be changed as they are. */
function textOf(body: OutboxEntry["body"]): string | undefined {
  if (body.kind === "note") return body.text;
  return body.content.type === "text" ? body.content.text : undefined;
}

function wordsOf({ body }: OutboxEntry): string {
  if (body.kind === "note") return body.text;
  const { content } = body;
  if ("text" in content && content.text) return content.text;
  if (content.type === "template") return content.name;
  return content.type;
}
