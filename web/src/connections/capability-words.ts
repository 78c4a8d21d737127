/** What a plugin may do, in sentences that a person can agree or not agree to. */

import type { Capability } from "./queries";
import type { Text } from "./text";

export interface Said {
  kind: Capability["kind"];
  /** One line for each thing. */
  lines: { ids: string[]; text: string }[];
}

/** In the order in which people ask: what it is for, whom it speaks with, what it is told, what it does. */
const ORDER: Capability["kind"][] = [
  "interface",
  "egress",
  "secret",
  "injection",
  "signature",
  "webhook",
  "action",
  "trigger",
  "section",
  "limit",
];

export function inWords(capabilities: Capability[], t: Text): Said[] {
  return ORDER.map((kind) => ({
    kind,
    lines: lines(
      capabilities.filter((each) => each.kind === kind),
      t,
    ),
  })).filter(({ lines }) => lines.length > 0);
}

function lines(capabilities: Capability[], t: Text): Said["lines"] {
  const byText = new Map<string, string[]>();
  const methods = methodsByHost(capabilities);
  for (const capability of capabilities) {
    const text = sentence(capability, methods, t);
    byText.set(text, [...(byText.get(text) ?? []), capability.id]);
  }
  return [...byText].map(([text, ids]) => ({ text, ids }));
}

function methodsByHost(capabilities: Capability[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const each of capabilities) {
    if (each.kind === "egress") methods.set(each.host, [...(methods.get(each.host) ?? []), each.method]);
  }
  return methods;
}

function sentence(capability: Capability, methods: Map<string, string[]>, t: Text): string {
  const words = t.capabilities;
  switch (capability.kind) {
    case "interface":
      return words.interfaces[capability.interface] ?? capability.interface;
    case "egress":
      return words.egress(capability.host, (methods.get(capability.host) ?? []).join(", "));
    case "secret":
      return words.secretOf(capability.name, capability.scope);
    case "injection":
      return words.injection(capability.secret, capability.host, place(capability.place, t));
    case "signature":
      return capability.secret;
    case "trigger":
    case "action":
      return words.described(capability.name, capability.description);
    case "webhook":
      return words.webhook;
    case "section":
      return words.section(capability.name);
    case "limit":
      return words.limits[capability.name]?.(capability.value) ?? words.limit(capability.name, capability.value);
  }
}

function place(place: Extract<Capability, { kind: "injection" }>["place"], t: Text): string {
  if ("header" in place) return t.capabilities.inHeader(place.header.name);
  if ("query" in place) return t.capabilities.inQuery(place.query.name);
  return "path" in place ? t.capabilities.inPath : t.capabilities.inBody(place.body.pointer);
}
