import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventStream, type StreamDependencies, serverSentEvents } from "./stream";

/** A body in the pieces in which it comes. */
function body(...pieces: string[]): Response {
  const encoder = new TextEncoder();
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(encoder.encode(piece));
        controller.close();
      },
    }),
  );
}

async function events(...pieces: string[]) {
  const found = [];
  for await (const event of serverSentEvents(body(...pieces))) found.push(event);
  return found;
}

describe("server-sent events", () => {
  it("are read however they are cut", async () => {
    const text = 'id: 1\nretry: 1000\ndata: {"a":1}\n\n: still there\n\nevent: close\ndata: bye\ndata: now\n\n';
    const expected = [
      { id: "1", event: undefined, data: '{"a":1}' },
      { id: undefined, event: "close", data: "bye\nnow" },
    ];
    expect(await events(text)).toEqual(expected);
    expect(await events(...text)).toEqual(expected);
  });

  it("that are not whole are not told", async () => {
    expect(await events("data: a\n\ndata: b")).toEqual([{ id: undefined, event: undefined, data: "a" }]);
  });
});

describe("a stream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const told = (seq: number) =>
    `id: ${seq}\ndata: ${JSON.stringify({ event: "e", channel: "c", data: `{"seq":${seq}}` })}\n\n`;

  function start(...answers: (() => Promise<Response>)[]) {
    const open = vi.fn<StreamDependencies["open"]>(() => new Promise(() => {}));
    for (const answer of answers) open.mockImplementationOnce(answer);
    const hear = vi.fn<StreamDependencies["hear"]>();
    const stream = new EventStream({ open, hear, changed: () => {}, isRefusal: (error) => error === "refused" });
    stream.follow(["c"]);
    return { stream, open, hear };
  }

  it("goes on where it was after it has ended", async () => {
    const { stream, open, hear } = start(
      async () => body(told(1), told(2)),
      async () => body(told(3)),
    );
    await vi.advanceTimersByTimeAsync(5_000);
    expect(hear.mock.calls.map(([frame, anew]) => [frame.data, anew])).toEqual([
      [{ seq: 1 }, true],
      [{ seq: 2 }, true],
      [{ seq: 3 }, false],
    ]);
    expect(open.mock.calls.map(([, lastId]) => lastId)).toEqual([undefined, "2", "3"]);
    stream.stop();
  });

  it("tries again when it fails, and not when it is refused", async () => {
    const { stream, open } = start(
      () => Promise.reject(new TypeError("Failed to fetch")),
      () => Promise.reject("refused"),
    );
    await vi.advanceTimersByTimeAsync(20_000);
    expect(open).toHaveBeenCalledTimes(2);
    expect(stream.isLive).toBe(false);
  });

  it("hears other channels when these change", async () => {
    const { stream, open } = start();
    stream.follow(["c"]);
    expect(open).toHaveBeenCalledTimes(1);
    stream.follow(["c", "d"]);
    expect(open).toHaveBeenCalledTimes(2);
    expect(open.mock.calls[0]?.[2].aborted).toBe(true);
    stream.stop();
  });
});
