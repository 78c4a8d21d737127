/**
 * What can be adjusted in a preset before it is enabled: its words and texts. They are found in the definition, so that
 * a new preset needs no form of its own.
 */

import type { components } from "signalbox-client";
import { at, withValue } from "@/json-editor/pointer";

type Definition = components["schemas"]["RuleDefinition"];

export interface Parameter {
  pointer: string;
  /** What it is, for its label. */
  name: "keywords" | "text" | "tag" | "reason" | "once_per" | "event";
  kind: "words" | "long_text" | "text" | "choice";
  /** Of a choice. */
  options?: readonly string[];
}

export function parameters(definition: Definition): Parameter[] {
  const found: Parameter[] = [];
  const { trigger, actions } = definition;
  if (trigger.type === "keyword") {
    found.push({ pointer: "/trigger/keywords", name: "keywords", kind: "words" });
  }
  if (trigger.type === "plugin_event") {
    found.push({ pointer: "/trigger/name", name: "event", kind: "text" });
  }
  for (const [i, action] of actions.entries()) {
    const pointer = `/actions/${i}`;
    if (action.type === "send_message" && typeof action.text === "string") {
      found.push({ pointer: `${pointer}/text`, name: "text", kind: "long_text" });
    }
    if (action.type === "add_tag") {
      found.push({ pointer: `${pointer}/tag`, name: "tag", kind: "text" });
    }
    if (action.type === "escalate") {
      found.push({ pointer: `${pointer}/reason`, name: "reason", kind: "long_text" });
    }
  }
  if (definition.guards?.once_per) {
    const options = ["event", "conversation", "contact"] as const;
    found.push({ pointer: "/guards/once_per", name: "once_per", kind: "choice", options });
  }
  return found;
}

/** A parameter's value as a text field shows it. */
export function shown(definition: Definition, { pointer, kind }: Parameter): string {
  const value = at(definition, pointer);
  return kind === "words" && Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** The definition with what was written into the field. */
export function adjusted(definition: Definition, { pointer, kind }: Parameter, written: string): Definition {
  return withValue(definition, pointer, kind === "words" ? words(written) : written);
}

/** Words between commas or line ends, each once. */
export function words(written: string): string[] {
  const trimmed = written.split(/[,\n]/).map((word) => word.trim());
  return [...new Set(trimmed.filter(Boolean))];
}
