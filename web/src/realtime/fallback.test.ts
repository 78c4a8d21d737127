import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LinkState, RealtimeClient } from "./client";
import { fallBack, POLL_MS } from "./fallback";
import type { EventStream } from "./stream";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const listeners = new Set<() => void>();
  const link = { state: "connecting" as LinkState, failures: 0, streaming: false };
  const socket = {
    get state() {
      return link.state;
    },
    get failures() {
      return link.failures;
    },
    channelNames: ["presence-inbox"],
    onState: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const stream = {
    follow: vi.fn(),
    stop: vi.fn(),
    get isLive() {
      return link.streaming;
    },
  };
  const queries = new QueryClient();
  const asked = vi.spyOn(queries, "invalidateQueries");
  const end = fallBack(socket as unknown as RealtimeClient, stream as unknown as EventStream, queries);
  const become = (change: Partial<typeof link>) => {
    Object.assign(link, change);
    for (const listener of listeners) listener();
  };
  return { asked, stream, become, end };
}

it("asks for nothing while the connection is live, or back soon", async () => {
  const { asked, become, end } = watch();
  become({ state: "live" });
  await vi.advanceTimersByTimeAsync(POLL_MS * 3);
  become({ state: "down", failures: 1 });
  await vi.advanceTimersByTimeAsync(2_000);
  become({ state: "live", failures: 0 });
  await vi.advanceTimersByTimeAsync(POLL_MS * 3);
  expect(asked).not.toHaveBeenCalled();
  end();
});

it("asks every 30 seconds while there is none, until there is one again", async () => {
  const { asked, become, end } = watch();
  become({ state: "down", failures: 1 });
  await vi.advanceTimersByTimeAsync(POLL_MS * 2 + 6_000);
  expect(asked).toHaveBeenCalledTimes(3);
  become({ state: "live" });
  await vi.advanceTimersByTimeAsync(POLL_MS * 3);
  expect(asked).toHaveBeenCalledTimes(3);
  end();
});

it("has the events streamed where no socket comes through, and stops that when one does", async () => {
  const { asked, stream, become, end } = watch();
  become({ state: "down", failures: 1 });
  expect(stream.follow).not.toHaveBeenCalled();
  become({ failures: 2 });
  expect(stream.follow).toHaveBeenCalledWith(["presence-inbox"]);
  become({ streaming: true });
  await vi.advanceTimersByTimeAsync(POLL_MS * 3);
  expect(asked).not.toHaveBeenCalled();
  become({ state: "live" });
  expect(stream.stop).toHaveBeenCalled();
  end();
});
