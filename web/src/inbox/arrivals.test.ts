import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { queryClient, session } from "@/api";
import { forgetChanges } from "./arrivals";
import { patchMessage, putMessage } from "./cache";
import { conversationQuery, messagesQuery } from "./queries";
import type { Message, MessagePage } from "./types";

const message = (id: string, at: number, preview = "") =>
  ({ id, occurred_at: `2026-11-27T10:00:0${at}Z`, preview }) as Message;
const page = (items: Message[], next?: string): MessagePage => ({
  items,
  has_more: next !== undefined,
  next_cursor: next,
});
const shown = () => {
  const data = queryClient.getQueryData(messagesQuery("c").queryKey);
  return data?.pages.toReversed().map((each) => each.items.map(({ id, preview }) => id + preview).join(" "));
};

/** Requests that wait for their answer. The client takes `fetch` when it is loaded. */
const { asked } = vi.hoisted(() => {
  const asked: ((body: unknown) => void)[] = [];
  globalThis.fetch = () => new Promise((resolve) => asked.push((body) => resolve(Response.json(body))));
  return { asked };
});
const answer = async (body: unknown) => {
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked.shift()?.(body);
};

beforeEach(() => session.start({ access_token: "t", expires_in: 3600 } as Parameters<typeof session.start>[0]));
afterEach(() => {
  queryClient.clear();
  forgetChanges();
});

const readConversation = async (messages: MessagePage, meanwhile = () => {}) => {
  const read = queryClient.fetchQuery({ ...conversationQuery("c"), staleTime: 0 });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  meanwhile();
  await answer({ conversation: { id: "c" }, messages });
  await read;
};

describe("an event that comes while an answer is on its way", () => {
  it("is still there when the conversation is read again", async () => {
    await readConversation(page([message("a", 1)]));
    await readConversation(page([message("a", 1)]), () => {
      putMessage("c", message("b", 2));
      patchMessage("c", "a", (old) => ({ ...old, preview: "!" }));
    });
    expect(shown()).toEqual(["a! b"]);
  });

  it("is there when the conversation is read for the first time", async () => {
    await readConversation(page([message("a", 1)]), () => putMessage("c", message("b", 2)));
    expect(shown()).toEqual(["a b"]);
  });

  it("is still there when older messages come", async () => {
    await readConversation(page([message("b", 2)], "older"));
    const options = { ...messagesQuery("c"), pages: 2, staleTime: 0 };
    const read = queryClient.fetchInfiniteQuery(options);
    await answer(page([message("b", 2)], "older"));
    putMessage("c", message("c", 3));
    await answer(page([message("a", 1)]));
    await read;
    expect(shown()).toEqual(["a", "b c"]);
  });

  it("does not bring back what the server does not have any more", async () => {
    await readConversation(page([message("a", 1)]));
    putMessage("c", message("b", 2));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await readConversation(page([message("a", 1)]));
    expect(shown()).toEqual(["a"]);
  });
});
