import type { InfiniteData } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { withFirstPage, withMessage, withMoved, withoutChange } from "./cache";
import type { Conversation, ConversationPage, Message, MessagePage } from "./types";

const conversation = (id: string) => ({ id }) as Conversation;
const page = (ids: string, next?: string): ConversationPage => ({
  items: [...ids].map(conversation),
  has_more: next !== undefined,
  next_cursor: next,
});
const list = (...pages: ConversationPage[]): InfiniteData<ConversationPage, string | undefined> => ({
  pages,
  pageParams: pages.map(() => undefined),
});
const ids = (data: ReturnType<typeof list>) => data.pages.map((each) => each.items.map(({ id }) => id).join(""));

describe("a fresh first page", () => {
  it("takes the place of a list of one page", () => {
    expect(ids(withFirstPage(list(page("abc")), page("xab"), new Set(["x"])))).toEqual(["xab"]);
  });

  it("pushes what it has no room for to the next page, and repeats nothing", () => {
    const merged = withFirstPage(list(page("abc", "1"), page("def")), page("eab", "2"), new Set(["e"]));
    expect(ids(merged)).toEqual(["eab", "cdf"]);
  });

  it("leaves out what has changed and is not in it: it does not belong into the list any more", () => {
    const merged = withFirstPage(list(page("abc", "1"), page("def")), page("acd", "2"), new Set(["b"]));
    expect(ids(merged)).toEqual(["acd", "ef"]);
  });
});

describe("a conversation that has changed", () => {
  const at = (id: string, second: number, title = "") =>
    ({ id, updated_at: `2026-11-27T10:00:0${second}Z`, title }) as Conversation;
  const pages = (...all: Conversation[][]) => list(...all.map((items) => ({ items, has_more: false })));

  it("stands first at once", () => {
    expect(ids(withMoved(pages([at("a", 5), at("b", 4)], [at("c", 9), at("d", 2)]), "c"))).toEqual(["cab", "d"]);
    expect(ids(withMoved(pages([at("a", 5), at("b", 4)], [at("c", 1)]), "c"))).toEqual(["ab", "c"]);
    expect(ids(withMoved(pages([at("a", 5)]), "x"))).toEqual(["a"]);
  });

  it("is not older again because a page was on its way", () => {
    const merged = withFirstPage(
      pages([at("a", 5, "new")]),
      { items: [at("a", 4, "old")], has_more: false },
      new Set(),
    );
    expect(merged.pages[0]?.items[0]?.title).toBe("new");
  });
});

describe("a message", () => {
  const message = (id: string, at: number, preview = "") =>
    ({ id, occurred_at: `2026-11-27T10:00:0${at}Z`, preview }) as Message;
  const thread = (more: boolean, ...items: Message[]): InfiniteData<MessagePage, string | undefined> => ({
    pages: [{ items, has_more: more } as MessagePage],
    pageParams: [undefined],
  });
  const shown = (data: ReturnType<typeof thread>) =>
    data.pages[0]?.items.map(({ id, preview }) => id + preview).join(" ");

  it("stands where its time is, once", () => {
    const data = thread(false, message("a", 1), message("c", 3));
    const added = withMessage(data, message("b", 2));
    expect(shown(added)).toBe("a b c");
    expect(shown(withMessage(added, message("b", 2, "!")))).toBe("a b! c");
    expect(shown(withMessage(data, message("d", 4)))).toBe("a c d");
  });

  it("that is older than all that is loaded comes with its own page", () => {
    expect(shown(withMessage(thread(true, message("b", 2)), message("a", 1)))).toBe("b");
    expect(shown(withMessage(thread(false, message("b", 2)), message("a", 1)))).toBe("a b");
  });
});

it("takes a change back only where nothing newer stands", () => {
  const before = { id: "c", status: "new", assignee_id: null, tags: ["a"] } as unknown as Conversation;
  const after = { ...before, status: "open", assignee_id: "me", tags: ["a", "b"] } as Conversation;
  const now = { ...after, assignee_id: "winner" };
  expect(withoutChange(now, before, after)).toEqual({ ...before, assignee_id: "winner" });
});
