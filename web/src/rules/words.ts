/** A rule in a sentence: what starts it, what must hold, what it does. */

import type { components } from "signalbox-client";
import type { Text } from "./text";

type Schemas = components["schemas"];
export type Definition = Schemas["RuleDefinition"];
type Condition = Schemas["Condition"];

/** More words than these are counted. */
const MOST_WORDS = 3;
const LONGEST_TEXT = 60;

export function trigger(t: Text, { trigger: on }: Definition): string {
  const { when } = t.words;
  switch (on.type) {
    case "message_created":
      return when[on.direction ?? "inbound"] + (on.include_automated ? when.automated : "");
    case "conversation_created":
      return when.conversation;
    case "plugin_event":
      return when.plugin(on.name);
    case "keyword":
      return (on.match === "exact" ? when.exactly : when.keyword)(few(t, on.keywords));
  }
}

/** Undefined where the trigger alone decides. */
export function conditions(t: Text, { conditions: condition }: Definition): string | undefined {
  const said = condition && inWords(t, condition);
  return said && t.words.if(said);
}

export function actions(t: Text, definition: Definition): string[] {
  return definition.actions.map((action) => doing(t, action));
}

function doing(t: Text, action: Schemas["Action"]): string {
  const said = t.words.actions;
  switch (action.type) {
    case "send_message":
      return action.template ? said.sendTemplate(action.template.name) : said.sendText(cut(action.text ?? ""));
    case "add_tag":
      return said.addTag(action.tag);
    case "set_status":
      return said.setStatus(action.status);
    case "plugin_action":
      return said.plugin(action.action);
    case "escalate":
      return said.escalate;
  }
}

export function guards(t: Text, { guards: guard }: Definition): string[] {
  const once = guard?.once_per && t.words.once[guard.once_per];
  return [once, guard?.stop_processing && t.words.stops].filter((part): part is string => Boolean(part));
}

function inWords(t: Text, condition: Condition): string {
  if ("all" in condition) return joined(t, condition.all as Condition[], t.words.and);
  if ("any" in condition) return joined(t, condition.any as Condition[], t.words.or);
  if ("not" in condition) return t.words.not(inWords(t, condition.not as Condition));
  const { fact, op, value } = condition as Schemas["Test"];
  return [fact, t.words.ops[op] ?? op, value === undefined ? "" : shown(value)].filter(Boolean).join(" ");
}

function joined(t: Text, parts: Condition[], word: string): string {
  const said = parts.map((part) => inWords(t, part));
  return said.map((text, i) => (said.length > 1 && isMixed(parts[i]) ? `(${text})` : text)).join(word);
}

const isMixed = (condition: Condition | undefined) =>
  condition !== undefined && ("all" in condition || "any" in condition);

function few(t: Text, words: string[]): string {
  const quoted = words.slice(0, MOST_WORDS).map((word) => `“${word}”`);
  const rest = words.length - MOST_WORDS;
  return quoted.join(", ") + (rest > 0 ? t.words.or + t.words.more(rest) : "");
}

/** A value of a condition, short. */
export function shown(value: unknown): string {
  return Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "string" ? `“${value}”` : String(value);
}

const cut = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text);
