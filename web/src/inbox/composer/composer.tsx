/** Where one answers: Enter sends, Shift+Enter begins a line, `/` offers texts and macros, `@` people. */

import { useIsMutating } from "@tanstack/react-query";
import { Lock, MessageCircle } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { Button, cx, useMinute, useShortcut } from "@/ui";
import { useChannelOf } from "../channels";
import { useConversationText } from "../conversation-text";
import { outbox } from "../outbox";
import type { ConversationDetail, Message } from "../types";
import { ChannelNote } from "./channel-note";
import { ComposerTools } from "./composer-tools";
import { cannedKey, Editor } from "./editor";
import { TemplateDialog } from "./lazy";
import { ReplyingTo } from "./replying-to";
import { SmsCounter } from "./sms-counter";
import { restoreDraft, useComposer, useDraft } from "./state";
import { inserted, mentioned } from "./suggest";
import { useClosedReason } from "./use-closed-reason";
import { serviceWindow } from "./window";
import { WindowNote } from "./window-note";

interface ComposerProps {
  detail: ConversationDetail;
  messages: Message[];
}

export function Composer({ detail, messages }: ComposerProps) {
  const t = useConversationText();
  const { conversation } = detail;
  const { id, type, channel } = conversation;
  const draft = useDraft(id);
  const composer = useComposer(id);
  const support = type === "support";
  const note = support && draft.note;
  const closed = useClosedReason(detail);
  const account = useChannelOf(conversation.connection_id);
  useMinute();
  const window = serviceWindow(conversation.last_inbound_at, account?.service_window_hours, Date.now());
  const [templates, setTemplates] = useState(false);
  const [cursor, setCursor] = useState<number>();
  const filling = useIsMutating({ mutationKey: cannedKey(id) }) > 0;
  const shut = support && !note && window?.state === "closed";
  useEffect(() => void restoreDraft(id), [id]);
  useShortcut("r", t.reply, () => composer.write(draft.text, false), { group: t.conversationGroup });
  useShortcut("w", t.writeNote, () => composer.write(draft.text, true), {
    group: t.conversationGroup,
    disabled: !support,
  });

  const send = () => {
    const text = draft.text.trim();
    if (!text || shut || filling) return;
    if (support && !note) {
      outbox.add(id, { kind: "message", content: { type: "text", text }, reply_to: draft.replyTo });
    } else {
      const mentions = mentioned(text, draft.mentions);
      outbox.add(id, { kind: "note", text, ...(mentions.length > 0 ? { mentions } : {}) });
    }
    composer.clear();
  };
  const insert = (more: string) => {
    const { text, cursor: place } = inserted({ text: draft.text, cursor: cursor ?? draft.text.length }, more);
    composer.write(text, draft.note, place);
  };
  if (closed) return <p className="border-t border-line px-4 py-3 text-sm text-muted">{closed}</p>;
  return (
    <div className={cx("shrink-0 border-t border-line p-2 md:px-4 md:py-3", note && "bg-note")}>
      {support && <Modes note={note} onChange={(on) => composer.set({ note: on, cursor, handed: true })} />}
      {draft.replyTo && !note && (
        <ReplyingTo
          message={messages.find((message) => message.id === draft.replyTo)}
          onCancel={() => composer.set({ replyTo: undefined })}
        />
      )}
      {support && !note && account && <ChannelNote channel={account} />}
      {support && !note && window && <WindowNote window={window} onTemplate={() => setTemplates(true)} />}
      <Editor conversation={conversation} note={note || !support} cursor={cursor} onCursor={setCursor} onSend={send} />
      <div className="mt-1 flex items-center gap-1">
        <ComposerTools
          conversation={conversation}
          note={note}
          onInsert={insert}
          onTemplate={() => setTemplates(true)}
        />
        <span className="flex-1" />
        {channel === "sms" && !note && <SmsCounter text={draft.text} />}
        <Button variant="primary" disabled={!draft.text.trim() || shut || filling} onClick={send}>
          {note ? t.addNote : t.send}
        </Button>
      </div>
      <Suspense>
        {templates && <TemplateDialog conversation={conversation} onClose={() => setTemplates(false)} />}
      </Suspense>
    </div>
  );
}

function Modes({ note, onChange }: { note: boolean; onChange: (note: boolean) => void }) {
  const t = useConversationText();
  const mode = (on: boolean) =>
    cx(
      "inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-sm font-medium [&_svg]:size-4",
      on ? "bg-selected text-accent-ink" : "text-muted hover:text-ink",
    );
  return (
    <fieldset className="mb-1.5 flex gap-1">
      <legend className="sr-only">{t.writeAs}</legend>
      <button type="button" aria-pressed={!note} onClick={() => onChange(false)} className={mode(!note)}>
        <MessageCircle aria-hidden />
        {t.reply}
      </button>
      <button type="button" aria-pressed={note} onClick={() => onChange(true)} className={mode(note)}>
        <Lock aria-hidden />
        {t.privateNote}
      </button>
    </fieldset>
  );
}
