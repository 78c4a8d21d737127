import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Dependencies, RealtimeClient } from "./client";
import type { LogEvent } from "./protocol";

/** The server's end of a socket, in the hands of a test. */
class FakeSocket {
  readyState = 1;
  readonly sent: { event: string; channel?: string; data: Record<string, unknown> }[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code: 1006 });
  }

  says(event: string, data: unknown, channel?: string): void {
    this.onmessage?.({ data: JSON.stringify({ event, channel, data: JSON.stringify(data) }) });
  }

  breaks(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  /** What was said under this name. */
  said(event: string) {
    return this.sent.filter((frame) => frame.event === event).map((frame) => frame.data);
  }
}

class Refused extends Error {}

let online: boolean;
let sockets: FakeSocket[];
let authorize: ReturnType<typeof vi.fn<Dependencies["authorize"]>>;
let unauthorized: ReturnType<typeof vi.fn<() => void>>;
let client: RealtimeClient;

const latest = () => sockets.at(-1) as FakeSocket;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  online = true;
  sockets = [];
  authorize = vi.fn<Dependencies["authorize"]>(async () => ({ auth: "key:signature" }));
  unauthorized = vi.fn<() => void>();
  client = new RealtimeClient({
    unauthorized: () => unauthorized(),
    online: () => online,
    address: async () => "ws://server/app/key",
    authorize,
    open: (url) => {
      sockets.push(new FakeSocket(url));
      return latest() as unknown as WebSocket;
    },
    isRefusal: (error) => error instanceof Refused,
  });
});

afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

async function connect(): Promise<FakeSocket> {
  client.start();
  await settle();
  return establish();
}

async function establish(): Promise<FakeSocket> {
  const socket = latest();
  socket.says("pusher:connection_established", { socket_id: "1.2", activity_timeout: 30 });
  await settle();
  return socket;
}

const event = (seq: number, epoch = "e") => ({
  stream: "s",
  epoch,
  seq,
  id: `${seq}`,
  type: "message.created",
  data: {},
});

function listen(name = "private-conversation-1") {
  const heard: number[] = [];
  const listener = {
    event: ({ seq }: LogEvent) => heard.push(seq),
    fresh: vi.fn(),
    refused: vi.fn(),
    members: vi.fn(),
    signal: vi.fn(),
  };
  return { heard, listener, leave: client.subscribe(name, listener) };
}

describe("a connection", () => {
  it("speaks version 7 and authorizes what it subscribes to", async () => {
    listen();
    const socket = await connect();
    expect(socket.url).toContain("?protocol=7&");
    expect(authorize).toHaveBeenCalledWith("1.2", "private-conversation-1");
    expect(socket.said("pusher:subscribe")).toEqual([{ channel: "private-conversation-1", auth: "key:signature" }]);
    expect(client.state).toBe("live");
  });

  it("answers pings, and asks itself after a silence", async () => {
    const socket = await connect();
    socket.says("pusher:ping", {});
    expect(socket.said("pusher:pong")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(socket.said("pusher:ping")).toHaveLength(1);
    socket.says("pusher:pong", {});
    await vi.advanceTimersByTimeAsync(6_000);
    expect(client.state).toBe("live");
  });

  it("gives up one that does not answer, and opens another", async () => {
    await connect();
    await vi.advanceTimersByTimeAsync(35_000);
    expect(client.state).not.toBe("live");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(2);
  });

  it("comes back at once when the server asks for it, and waits long where it is not wanted", async () => {
    const first = await connect();
    first.breaks(4200);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
    latest().breaks(4001);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(sockets.length).toBeGreaterThan(2);
  });

  it("asks whether the session still is when it is told to sign in", async () => {
    (await connect()).breaks(4009);
    expect(unauthorized).toHaveBeenCalledTimes(1);
  });

  it("is not tried without a network, and at once when that is back", async () => {
    const first = await connect();
    online = false;
    first.breaks(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    online = true;
    client.hurry();
    await settle();
    expect(sockets).toHaveLength(2);
  });

  it("waits longer and longer while nothing answers", async () => {
    client.start();
    await settle();
    const tries: number[] = [];
    for (let second = 1; second <= 60; second += 1) {
      if (latest().readyState === 1) {
        latest().breaks(1006);
        tries.push(second);
      }
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const pauses = tries.slice(1).map((second, index) => second - (tries[index] ?? 0));
    expect(Math.max(...pauses)).toBeGreaterThan(6);
    expect(Math.max(...pauses)).toBeLessThan(17);
  });
});

describe("a channel", () => {
  it("is told what is new, each once, and that it is fresh only at the beginning", async () => {
    const { heard, listener } = listen();
    const socket = await connect();
    socket.says(
      "pusher_internal:subscription_succeeded",
      { stream: "s", epoch: "e", seq: 7 },
      "private-conversation-1",
    );
    expect(listener.fresh).toHaveBeenCalledTimes(1);
    for (const seq of [8, 9, 9, 8, 10]) socket.says("message.created", event(seq), "private-conversation-1");
    expect(heard).toEqual([8, 9, 10]);
  });

  it("goes on after a break where it was, without a gap or a double", async () => {
    const { heard, listener } = listen();
    const first = await connect();
    first.says("pusher_internal:subscription_succeeded", { stream: "s", epoch: "e", seq: 7 }, "private-conversation-1");
    first.says("message.created", event(8), "private-conversation-1");
    first.breaks(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    const second = await establish();
    expect(second.said("pusher:subscribe")[0]).toMatchObject({ resume: { epoch: "e", seq: 8 } });
    second.says(
      "pusher_internal:subscription_succeeded",
      { stream: "s", epoch: "e", seq: 10 },
      "private-conversation-1",
    );
    for (const seq of [9, 10, 11]) second.says("message.created", event(seq), "private-conversation-1");
    expect(heard).toEqual([8, 9, 10, 11]);
    expect(listener.fresh).toHaveBeenCalledTimes(1);
  });

  it("begins anew where the server cannot tell what was missed", async () => {
    const { heard, listener } = listen();
    const socket = await connect();
    socket.says(
      "pusher_internal:subscription_succeeded",
      { stream: "s", epoch: "e", seq: 7 },
      "private-conversation-1",
    );
    socket.says("signalbox:reset", { stream: "s", epoch: "f", seq: 3, reason: "epoch" }, "private-conversation-1");
    expect(listener.fresh).toHaveBeenCalledTimes(2);
    socket.says("message.created", event(4, "f"), "private-conversation-1");
    expect(heard).toEqual([4]);
  });

  it("is left when the last listener goes", async () => {
    const [one, two] = [listen(), listen()];
    const socket = await connect();
    expect(socket.said("pusher:subscribe")).toHaveLength(1);
    one.leave();
    expect(socket.said("pusher:unsubscribe")).toHaveLength(0);
    two.leave();
    expect(socket.said("pusher:unsubscribe")).toEqual([{ channel: "private-conversation-1" }]);
  });

  it("says so when it is not for the person, and is not asked for again and again", async () => {
    authorize.mockRejectedValue(new Refused());
    const { listener } = listen();
    const socket = await connect();
    expect(listener.refused).toHaveBeenCalledTimes(1);
    expect(socket.said("pusher:subscribe")).toHaveLength(0);
    expect(client.state).toBe("live");
  });

  it("knows who is in it, and what they do", async () => {
    const { listener } = listen("presence-conversation-1");
    const socket = await connect();
    const presence = { ids: ["a"], hash: { a: { name: "Ada" } }, count: 1 };
    socket.says("pusher_internal:subscription_succeeded", { presence }, "presence-conversation-1");
    socket.says("pusher_internal:member_added", { user_id: "b", user_info: {} }, "presence-conversation-1");
    socket.says("pusher_internal:member_removed", { user_id: "a" }, "presence-conversation-1");
    expect(listener.members.mock.calls.map(([members]) => [...members.keys()])).toEqual([["a"], ["a", "b"], ["b"]]);
    client.trigger("presence-conversation-1", "client-typing", {});
    expect(socket.sent.at(-1)).toEqual({ event: "client-typing", channel: "presence-conversation-1", data: {} });
  });
});
