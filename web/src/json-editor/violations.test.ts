import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checker } from "./violations";

const check = checker(JSON.parse(readFileSync("../schemas/rule.schema.json", "utf8")));
const trigger = { type: "message_created" };
const actions = [{ type: "add_tag", tag: "vip" }];

describe("what is wrong with a rule", () => {
  it("is nothing, if it is right", () => {
    const conditions = { any: [{ not: { fact: "message.text", op: "contains", value: "x" } }] };
    expect(check({ trigger, actions, conditions })).toEqual([]);
  });

  it("is said of the form that its type names", () => {
    expect(check({ trigger, actions: [{ type: "add_tag", tg: "vip" }] })).toEqual([
      { pointer: "/actions/0", code: "required", name: "tag" },
      { pointer: "/actions/0/tg", code: "unknown_field", name: "tg" },
    ]);
    expect(check({ trigger: { type: "keyword", keywords: [] }, actions })).toEqual([
      { pointer: "/trigger/keywords", code: "too_short", limit: 1 },
    ]);
  });

  it("is said once for each action of a list", () => {
    const wrong = check({ trigger, actions: [{ type: "add_tag", tag: "" }, ...actions, { type: "escalate" }] });
    expect(wrong).toEqual([
      { pointer: "/actions/0/tag", code: "too_short", limit: 1 },
      { pointer: "/actions/2", code: "required", name: "reason" },
    ]);
  });

  it("is an unknown word, where each form has a word of its own", () => {
    const [wrong, ...rest] = check({ trigger: { type: "sometimes" }, actions });
    expect(rest).toEqual([]);
    expect(wrong).toMatchObject({ pointer: "/trigger/type", code: "unknown_value" });
    expect(wrong).toHaveProperty("words", expect.arrayContaining(["keyword", "message_created"]));
  });

  it("is found deep inside conditions", () => {
    const conditions = { all: [{ any: [{ fact: "contact.email", op: "resembles" }] }] };
    const [wrong, ...rest] = check({ trigger, actions, conditions });
    expect(rest).toEqual([]);
    expect(wrong).toMatchObject({ pointer: "/conditions/all/0/any/0/op", code: "unknown_value" });
  });

  it("is a missing or a foreign field, and a value of another type", () => {
    expect(check({ actions, triggers: {} })).toEqual([
      { pointer: "", code: "required", name: "trigger" },
      { pointer: "/triggers", code: "unknown_field", name: "triggers" },
    ]);
    expect(check({ trigger, actions: {} })).toEqual([{ pointer: "/actions", code: "type", expected: ["array"] }]);
  });

  it("is that it mixes forms, if none is closest", () => {
    expect(check({ trigger, actions, conditions: {} })).toContainEqual({ pointer: "/conditions", code: "no_form" });
  });
});
