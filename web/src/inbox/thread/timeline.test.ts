import { describe, expect, it } from "vitest";
import type { Event, Message } from "../types";
import { timeline } from "./timeline";

const message = (id: string, occurred_at: string, sender = "contact", direction = "inbound") =>
  ({ id, occurred_at, direction, sender: { kind: sender } }) as Message;
const event = (id: string, occurred_at: string, kind = "conversation.assigned") =>
  ({ id, occurred_at, kind, actor: { kind: "system" }, data: {}, seq: 1 }) as unknown as Event;
const none = { events: [], pending: [], hasOlder: false };
const keys = (entries: ReturnType<typeof timeline>) => entries.map((entry) => entry.key);

describe("a thread", () => {
  it("has each day once, and what happened between the messages", () => {
    const entries = timeline({
      ...none,
      messages: [message("a", "2026-11-26T10:00:00Z"), message("b", "2026-11-27T10:00:00Z")],
      events: [event("x", "2026-11-26T11:00:00Z"), event("y", "2026-11-27T11:00:00Z")],
    });
    expect(keys(entries)).toEqual(["day Thu Nov 26 2026", "a", "x", "day Fri Nov 27 2026", "b", "y"]);
  });

  it("leaves out what the messages say themselves, and what is older than what is loaded", () => {
    const entries = timeline({
      ...none,
      hasOlder: true,
      messages: [message("a", "2026-11-26T10:00:00Z")],
      events: [event("old", "2026-11-26T09:00:00Z"), event("sent", "2026-11-26T11:00:00Z", "message.status_changed")],
    });
    expect(keys(entries)).toEqual(["day Thu Nov 26 2026", "a"]);
  });

  it("names the writer once for what belongs together", () => {
    const first = timeline({
      ...none,
      messages: [
        message("a", "2026-11-26T10:00:00Z"),
        message("b", "2026-11-26T10:01:00Z"),
        message("c", "2026-11-26T10:02:00Z", "user", "outbound"),
        message("d", "2026-11-26T10:20:00Z", "user", "outbound"),
      ],
    }).map((entry) => (entry.kind === "message" ? entry.first : undefined));
    expect(first).toEqual([undefined, true, false, true, true]);
  });

  it("ends with what is not sent yet", () => {
    const entries = timeline({
      ...none,
      messages: [message("a", "2026-11-27T10:00:00Z")],
      pending: [
        {
          key: "p",
          conversationId: "c",
          body: { kind: "note", text: "hello" },
          writtenAt: "2026-11-27T09:00:00Z",
          state: "waiting",
        },
      ],
    });
    expect(keys(entries)).toEqual(["day Fri Nov 27 2026", "a", "p"]);
  });
});
