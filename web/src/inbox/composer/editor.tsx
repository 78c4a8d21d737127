import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { api, ok } from "@/api";
import { cx, inputClass, toastError } from "@/ui";
import { useRunMacro } from "../actions/use-run-macro";
import { useConversationText } from "../conversation-text";
import { useTypingSignal } from "../presence/use-typing-signal";
import type { Conversation } from "../types";
import { textOf, useComposer, useDraft } from "./state";
import { answered, askedFor } from "./suggest";
import { type Choice, Suggestions, useChoices } from "./suggestions";

interface EditorProps {
  conversation: Conversation;
  /** Only colleagues read it, so people can be spoken to. */
  note: boolean;
  /** Where the cursor stands; nowhere yet at first. */
  cursor: number | undefined;
  onCursor: (cursor: number) => void;
  onSend: () => void;
}

/** What was asked for: the words that ask, and where they stood. */
interface Question {
  id: string;
  words: string;
  start: number;
}

const MOST_HEIGHT = 240;

/** While a canned response is on its way, what stands in the field is no message. */
export const cannedKey = (conversationId: string) => ["canned-response", conversationId];

export function Editor({ conversation, note, cursor = 0, onCursor: setCursor, onSend }: EditorProps) {
  const t = useConversationText();
  const { id, type } = conversation;
  const listId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(id);
  const composer = useComposer(id);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string>();
  const signal = useTypingSignal(id);
  const found = askedFor(draft.text, cursor);
  const asked = found && (found.sign === "/" || note) && dismissed !== draft.text ? found : undefined;
  const { choices, state } = useChoices(asked);
  const at = Math.min(active, choices.length - 1);
  useGrowth(field, draft.text);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for what was handed over, not for what is written after.
  useEffect(() => {
    if (!draft.handed) return;
    const place = draft.cursor ?? draft.text.length;
    field.current?.focus();
    field.current?.setSelectionRange(place, place);
    setCursor(place);
    composer.set({ handed: false });
  }, [draft.handed]);

  const answer = (question: Omit<Question, "id">, words: string) => {
    const text = textOf(id);
    const now = { text, cursor: field.current?.selectionEnd ?? text.length };
    const written = answered(now, question.words, question.start, words);
    if (!written) return;
    composer.set({ text: written.text });
    setCursor(written.cursor);
    requestAnimationFrame(() => field.current?.setSelectionRange(written.cursor, written.cursor));
  };
  const macro = useRunMacro(id);
  const canned = useMutation({
    mutationKey: cannedKey(id),
    mutationFn: (question: Question) =>
      ok(
        api.GET("/api/v1/canned-responses/{id}/text", {
          params: { path: { id: question.id }, query: { conversation_id: id } },
        }),
      ),
    onSuccess: ({ text }, question) => answer(question, text),
    onError: (error) => toastError(error),
  });
  const choose = ({ kind, id, label }: Choice) => {
    if (!asked || canned.isPending) return;
    const question = { words: draft.text.slice(asked.start, cursor), start: asked.start };
    if (kind === "canned") canned.mutate({ id, ...question });
    if (kind === "person") {
      composer.set({ mentions: [...(draft.mentions ?? []), { id, name: label }] });
      answer(question, `@${label} `);
    }
    if (kind === "macro") {
      answer(question, "");
      macro.mutate(id);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const sends = event.key === "Enter" && !event.shiftKey;
    if (asked && event.key === "Escape") {
      event.preventDefault();
      setDismissed(draft.text);
    } else if (asked && choices.length > 0) {
      if (event.key === "ArrowDown") setActive(Math.min(at + 1, choices.length - 1));
      else if (event.key === "ArrowUp") setActive(Math.max(at - 1, 0));
      else if ((event.key === "Enter" || event.key === "Tab") && choices[at]) choose(choices[at]);
      else return;
      event.preventDefault();
    } else if (sends) {
      event.preventDefault();
      // A shortcut whose text is not known yet is not for the customer.
      if (asked && state !== "known") return;
      signal.stop();
      onSend();
    } else if (event.key === "Escape") {
      field.current?.blur();
    }
  };
  return (
    <div className="relative">
      {asked && (
        <Suggestions
          id={listId}
          asked={asked}
          choices={choices}
          state={state}
          active={at}
          onChoose={choose}
          onHover={setActive}
        />
      )}
      <textarea
        ref={field}
        rows={2}
        aria-label={note && type === "support" ? t.noteField : t.messageField}
        aria-autocomplete="list"
        aria-controls={asked ? listId : undefined}
        aria-activedescendant={asked && choices[at] ? `${listId}-${at}` : undefined}
        placeholder={note ? (type === "support" ? t.notePlaceholder : t.internalPlaceholder) : t.messagePlaceholder}
        aria-busy={canned.isPending}
        value={draft.text}
        onKeyDown={onKeyDown}
        onSelect={(event) => setCursor(event.currentTarget.selectionEnd)}
        onChange={(event) => {
          composer.set({ text: event.target.value });
          setCursor(event.target.selectionEnd);
          setActive(0);
          signal.write();
        }}
        className={cx(inputClass, "block resize-none py-2 leading-5")}
      />
    </div>
  );
}

/** The field grows with what is written, up to a point. */
function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has another height.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, MOST_HEIGHT)}px`;
  }, [field, text]);
}
