import type { components } from "signalbox-client";
import { describe, expect, it } from "vitest";
import { adjusted, parameters, shown, words } from "./parameters";

const definition: components["schemas"]["RuleDefinition"] = {
  trigger: { type: "keyword", keywords: ["refund", "money back"], match: "any_word" },
  actions: [
    { type: "add_tag", tag: "escalated" },
    { type: "send_message", text: "We are on it." },
    { type: "send_message", template: { name: "hello", language: "en" } },
    { type: "escalate", reason: "They want money." },
  ],
  guards: { once_per: "conversation" },
};

describe("what can be adjusted in a preset", () => {
  it("is what people read and the customer writes", () => {
    expect(parameters(definition).map(({ pointer }) => pointer)).toEqual([
      "/trigger/keywords",
      "/actions/0/tag",
      "/actions/1/text",
      "/actions/3/reason",
      "/guards/once_per",
    ]);
  });

  it("goes back into the definition", () => {
    const [keywords, tag] = parameters(definition);
    if (!keywords || !tag) throw new Error("there are parameters");
    expect(shown(definition, keywords)).toBe("refund, money back");
    const changed = adjusted(adjusted(definition, keywords, "money back, chargeback ,\nrefund"), tag, "money");
    expect(changed.trigger).toMatchObject({ keywords: ["money back", "chargeback", "refund"], match: "any_word" });
    expect(changed.actions[0]).toEqual({ type: "add_tag", tag: "money" });
    expect(changed.actions.slice(1)).toEqual(definition.actions.slice(1));
  });

  it("has each word once", () => expect(words(" a, b,,a ")).toEqual(["a", "b"]));
});
