/** The list above the composer while `/` or `@` stands before the cursor. */

import { useQuery } from "@tanstack/react-query";
import { MessageSquareText, User, Zap } from "lucide-react";
import type { ReactNode } from "react";
import type { components } from "@/api";
import { cx } from "@/ui";
import { useAgents, usePresence } from "../agents";
import { useConversationText } from "../conversation-text";
import { cannedQuery, macrosQuery } from "../queries";
import type { User as Colleague } from "../types";
import type { Asked } from "./suggest";

export type Choice =
  | { kind: "canned"; id: string; label: string; hint: string }
  | { kind: "macro"; id: string; label: string; hint: string }
  | { kind: "person"; id: string; label: string; hint: string };

const MOST = 8;

interface Choices {
  choices: Choice[];
  /** Whether more may fit than is known: what is typed is then no message yet. */
  state: "known" | "loading" | "failed";
}

/** What fits what was typed. Texts and macros are read as soon as one could write, to be there when they are asked for. */
export function useChoices(asked: Asked | undefined): Choices {
  const [canned, macros] = [useQuery(cannedQuery), useQuery(macrosQuery)];
  const agents = useAgents();
  const presence = usePresence();
  if (!asked) return { choices: [], state: "known" };
  const said = (id: string) => presence.get(id)?.text;
  const choices = fitting(asked, canned.data ?? [], macros.data ?? [], agents).map((choice) =>
    choice.kind === "person" ? { ...choice, hint: [choice.hint, said(choice.id)].filter(Boolean).join(" · ") } : choice,
  );
  if (asked.sign === "@" || (canned.data && macros.data)) return { choices, state: "known" };
  return { choices, state: canned.isError || macros.isError ? "failed" : "loading" };
}

type Schemas = components["schemas"];

function fitting(
  asked: Asked,
  canned: Schemas["CannedResponse"][],
  macros: Schemas["Macro"][],
  agents: Colleague[],
): Choice[] {
  const fits = (...texts: string[]) => texts.some((text) => text.toLocaleLowerCase().includes(asked.text));
  if (asked.sign === "@") {
    return agents
      .filter(({ name }) => fits(name))
      .slice(0, MOST)
      .map(({ id, name, email }) => ({ kind: "person", id, label: name, hint: email }));
  }
  const starts = (text: string) => (text.toLocaleLowerCase().startsWith(asked.text) ? 0 : 1);
  const texts: Choice[] = canned
    .filter(({ shortcut, title }) => fits(shortcut, title))
    .sort((a, b) => starts(a.shortcut) - starts(b.shortcut))
    .map(({ id, shortcut, title }) => ({ kind: "canned", id, label: `/${shortcut}`, hint: title }));
  const runs: Choice[] = macros
    .filter(({ name }) => fits(name))
    .map(({ id, name, description }) => ({ kind: "macro", id, label: name, hint: description }));
  return [...texts, ...runs].slice(0, MOST);
}

const ICONS: Record<Choice["kind"], ReactNode> = {
  canned: <MessageSquareText aria-hidden />,
  macro: <Zap aria-hidden />,
  person: <User aria-hidden />,
};

interface SuggestionsProps {
  id: string;
  asked: Asked;
  choices: Choice[];
  state: Choices["state"];
  active: number;
  onChoose: (choice: Choice) => void;
  onHover: (index: number) => void;
}

export function Suggestions({ id, asked, choices, state, active, onChoose, onHover }: SuggestionsProps) {
  const t = useConversationText();
  if (choices.length === 0 && asked.sign === "@") return null;
  return (
    <div
      id={id}
      role="listbox"
      aria-label={asked.sign === "/" ? t.cannedAndMacros : t.people}
      className="absolute bottom-full left-0 z-20 mb-1 max-h-72 w-full max-w-md overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-lift"
    >
      {choices.length === 0 && (
        <p role="status" className="px-2 py-1.5 text-sm text-muted">
          {{ known: t.noCanned, loading: t.cannedLoading, failed: t.cannedFailed }[state]}
        </p>
      )}
      {choices.map((choice, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus.
        // biome-ignore lint/a11y/useFocusableInteractive: the field names the active one.
        <div
          key={choice.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onPointerMove={() => onHover(index)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(choice)}
          className={cx(
            "flex items-center gap-2 rounded px-2 py-1.5 text-sm [&_svg]:size-4 [&_svg]:text-faint",
            index === active && "bg-hover",
          )}
        >
          {ICONS[choice.kind]}
          <span className="font-medium whitespace-nowrap">{choice.label}</span>
          <span className="min-w-0 flex-1 truncate text-muted">{choice.hint}</span>
        </div>
      ))}
    </div>
  );
}
