import { describe, expect, it } from "vitest";
import { hiddenFilters, parseSearch, toQuery } from "./filters";

describe("filters", () => {
  it("show what is open unless the address says otherwise", () => {
    expect(toQuery({})).toEqual({ status: "new,queued,open,in_progress,pending,active" });
    expect(toQuery({ stage: "any" })).toEqual({});
  });

  it("of each tab ask for its types", () => {
    const types = (["all", "team", "support", "dms", "tickets"] as const).map((tab) => toQuery({ tab }).type);
    expect(types).toEqual([undefined, "team_channel", "support", "direct_message", "internal_ticket"]);
  });

  it("are read from an address, and whatever else stands in it is not", () => {
    const read = parseSearch({
      tab: "tickets",
      stage: "wrong",
      unread: "true",
      tag: ["a", 3],
      assigned: " ",
      evil: "x",
    });
    expect(read).toEqual({ tab: "tickets", unread: true, tag: ["a"] });
  });

  it("survive the way through the address", () => {
    const search = { tab: "support" as const, team: "none", tag: ["vip", "late"], escalated: true as const, q: "hi" };
    expect(parseSearch(search)).toEqual(search);
    expect(toQuery(search)).toMatchObject({ type: "support", team: "none", tag: "vip,late", escalated: true });
    expect(hiddenFilters(search)).toBe(3);
  });
});
