import { ProblemError } from "signalbox-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "../types";
import { Outbox, type OutboxDependencies, type OutboxEntry } from "./outbox";

const problem = (code: string, status: number) =>
  new ProblemError({ code, status, title: code, type: code, request_id: "r" } as ProblemError["problem"]);
const note = (text: string) => ({ kind: "note" as const, text });
const message = { id: "m" } as Message;

let device: Map<string, OutboxEntry>;
let send: ReturnType<typeof vi.fn<OutboxDependencies["send"]>>;
let sent: ReturnType<typeof vi.fn<OutboxDependencies["sent"]>>;
let online: boolean;
let outbox: Outbox;

function open(): Outbox {
  return new Outbox({
    online: () => online,
    send,
    sent,
    save: async (entry) => device.set(entry.key, entry),
    remove: async (key) => device.delete(key),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  online = true;
  device = new Map();
  send = vi.fn<OutboxDependencies["send"]>(async () => message);
  sent = vi.fn<OutboxDependencies["sent"]>();
  outbox = open();
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);
const texts = () => send.mock.calls.map(([entry]) => (entry.body.kind === "note" ? entry.body.text : ""));

describe("the outbox", () => {
  it("sends what is written, one after another, and forgets it then", async () => {
    let arrive: (() => void) | undefined;
    send.mockImplementationOnce(() => new Promise((resolve) => (arrive = () => resolve(message))));
    outbox.add("c", note("first"));
    outbox.add("c", note("second"));
    await settle();
    expect(texts()).toEqual(["first"]);
    expect(outbox.of("c").map((entry) => entry.state)).toEqual(["sending", "waiting"]);
    arrive?.();
    await settle();
    expect(texts()).toEqual(["first", "second"]);
    expect(sent).toHaveBeenCalledTimes(2);
    expect(outbox.all()).toEqual([]);
    expect(device.size).toBe(0);
  });

  it("does not let one conversation wait for another", async () => {
    send.mockImplementation((entry) =>
      entry.conversationId === "slow" ? new Promise(() => {}) : Promise.resolve(message),
    );
    outbox.add("slow", note("a"));
    outbox.add("quick", note("b"));
    await settle();
    expect(outbox.of("quick")).toEqual([]);
    expect(outbox.isSending("slow")).toBe(true);
  });

  it("keeps what cannot be sent, and sends it under the same key when the connection is back", async () => {
    send.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    outbox.add("c", note("hello"));
    await settle();
    expect(outbox.of("c")[0]?.state).toBe("waiting");
    expect(device.size).toBe(1);
    outbox.flush();
    await settle();
    expect(send).toHaveBeenCalledTimes(2);
    expect(send.mock.calls[0]?.[0].key).toBe(send.mock.calls[1]?.[0].key);
    expect(outbox.all()).toEqual([]);
  });

  it("tries nothing without a network", async () => {
    online = false;
    outbox.add("c", note("hello"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).not.toHaveBeenCalled();
    expect(device.size).toBe(1);
    online = true;
    outbox.flush();
    await settle();
    expect(outbox.all()).toEqual([]);
  });

  it("tries again by itself", async () => {
    send.mockRejectedValueOnce(new TypeError("Failed to fetch")).mockRejectedValueOnce(problem("unavailable", 503));
    outbox.add("c", note("hello"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).toHaveBeenCalledTimes(3);
    expect(outbox.all()).toEqual([]);
  });

  it("says what the server refuses, and goes on with the next", async () => {
    send.mockRejectedValueOnce(problem("window_closed", 409));
    outbox.add("c", note("too late"));
    outbox.add("c", note("next"));
    await settle();
    expect(outbox.of("c")).toMatchObject([{ state: "refused", problem: { code: "window_closed" } }]);
    expect(texts()).toEqual(["too late", "next"]);
  });

  it("tries a refused one again, or drops it, when the person says so", async () => {
    send.mockRejectedValueOnce(problem("internal", 500));
    outbox.add("c", note("hello"));
    await settle();
    const key = outbox.of("c")[0]?.key ?? "";
    outbox.retry(key);
    await settle();
    expect(send.mock.calls[1]?.[0].key).toBe(key);
    expect(outbox.all()).toEqual([]);

    send.mockRejectedValueOnce(problem("invalid", 422));
    outbox.add("c", note("bad"));
    await settle();
    expect(outbox.discard(outbox.of("c")[0]?.key ?? "")?.body).toEqual(note("bad"));
    expect(device.size).toBe(0);
  });

  it("goes on with what an earlier page has left, in its order, under its keys", async () => {
    send.mockRejectedValue(new TypeError("Failed to fetch"));
    outbox.add("c", note("first"));
    await vi.advanceTimersByTimeAsync(5);
    outbox.add("c", note("second"));
    await settle();
    const keys = outbox.of("c").map((entry) => entry.key);
    // The page goes while the first is on its way.
    const left = [...device.values()].map((entry) => ({ ...entry, state: "sending" as const })).reverse();

    send.mockReset();
    send.mockResolvedValue(message);
    outbox = open();
    outbox.restore(left);
    await settle();
    expect(send.mock.calls.map(([entry]) => entry.key)).toEqual(keys);
    expect(outbox.all()).toEqual([]);
  });

  it("does not send by itself what the server would not recognise any more", async () => {
    send.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    outbox.add("c", note("may have arrived"));
    await settle();
    online = false;
    await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
    outbox.add("c", note("written meanwhile"));
    online = true;
    outbox.flush();
    await settle();
    expect(texts()).toEqual(["may have arrived", "written meanwhile"]);
    expect(outbox.of("c").map((entry) => entry.state)).toEqual(["doubtful"]);
    outbox.retry(outbox.of("c")[0]?.key ?? "");
    await settle();
    expect(outbox.all()).toEqual([]);
  });

  it("rewords a refused one where it stands, as another message, with all that it had", async () => {
    const body = { kind: "message" as const, content: { type: "text" as const, text: "wrong" }, reply_to: "m1" };
    send.mockRejectedValueOnce(problem("invalid", 422));
    outbox.add("c", body);
    await settle();
    outbox.reword(outbox.of("c")[0]?.key ?? "", "right");
    await settle();
    const [first, second] = send.mock.calls.map(([entry]) => entry);
    expect(second?.body).toEqual({ ...body, content: { type: "text", text: "right" } });
    expect(second?.key).not.toBe(first?.key);
    expect(device.size).toBe(0);
  });

  it("sends nothing more of a person who has signed out, and keeps it on the device", async () => {
    let arrive: (() => void) | undefined;
    send.mockImplementationOnce(() => new Promise((resolve) => (arrive = () => resolve(message))));
    outbox.add("c", note("on its way"));
    outbox.add("c", note("waiting"));
    await settle();
    outbox.clear();
    arrive?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(texts()).toEqual(["on its way"]);
    expect(sent).not.toHaveBeenCalled();
    expect(device.size).toBe(2);
  });
});
