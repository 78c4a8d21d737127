import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { api, ok } from "@/api";
import { cx, inputClass, toastError } from "@/ui";
import { useRunMacro } from "../actions/use-run-macro";
import { useConversationText } from "../conversation-text";
import { useTypingSignal } from "../presence/use-typing-signal";
import type { Conversation } from "../types";
import { useComposer, useDraft } from "./state";
import { askedFor, fillIn } from "./suggest";
import { type Choice, Suggestions, useChoices } from "./suggestions";

interface EditorProps {
  conversation: Conversation;
  /** Only colleagues read it, so people can be spoken to. */
  note: boolean;
  onSend: () => void;
}

const MOST_HEIGHT = 240;

export function Editor({ conversation, note, onSend }: EditorProps) {
  const t = useConversationText();
  const { id, type } = conversation;
  const listId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(id);
  const composer = useComposer(id);
  const [cursor, setCursor] = useState(0);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string>();
  const signal = useTypingSignal(id);
  const found = askedFor(draft.text, cursor);
  const asked = found && (found.sign === "/" || note) && dismissed !== draft.text ? found : undefined;
  const choices = useChoices(asked);
  const at = Math.min(active, choices.length - 1);
  useGrowth(field, draft.text);
  useEffect(() => {
    // Something was handed over to go on with.
    if (draft.handed > 0) field.current?.focus();
  }, [draft.handed]);

  const put = (text: string, place: number) => {
    composer.set({ text });
    setCursor(place);
    requestAnimationFrame(() => field.current?.setSelectionRange(place, place));
  };
  const macro = useRunMacro(id);
  const canned = useMutation({
    mutationFn: (canned: string) =>
      ok(
        api.GET("/api/v1/canned-responses/{id}/text", {
          params: { path: { id: canned }, query: { conversation_id: id } },
        }),
      ),
    onError: (error) => toastError(error),
  });
  const choose = async (choice: Choice) => {
    if (!asked) return;
    const fill = (filling: string) => {
      const filled = fillIn(draft.text, asked, cursor, filling);
      put(filled.text, filled.cursor);
    };
    if (choice.kind === "person") fill(`@${choice.label} `);
    if (choice.kind === "canned") canned.mutate(choice.id, { onSuccess: ({ text }) => fill(text) });
    if (choice.kind === "macro") {
      fill("");
      macro.mutate(choice.id);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (asked && choices.length > 0) {
      if (event.key === "ArrowDown") setActive(Math.min(at + 1, choices.length - 1));
      else if (event.key === "ArrowUp") setActive(Math.max(at - 1, 0));
      else if ((event.key === "Enter" || event.key === "Tab") && choices[at]) void choose(choices[at]);
      else if (event.key === "Escape") setDismissed(draft.text);
      else return;
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
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
          active={at}
          onChoose={(choice) => void choose(choice)}
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
