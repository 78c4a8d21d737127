/**
 * The same events over plain HTTP (server-sent events), for networks that let no WebSocket through. Read with `fetch`, since
 * `EventSource` sends no token.
 */

import { type Frame, read } from "./protocol";

export interface StreamDependencies {
  open: (channels: string[], lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  /** `anew`: what was before it is not told. */
  hear: (frame: Frame, anew: boolean) => void;
  changed: () => void;
  isRefusal: (error: unknown) => boolean;
}

const AGAIN_MS = 2_000;

export class EventStream {
  private running: { names: string; abort: AbortController } | undefined;
  private connected = false;

  constructor(private readonly by: StreamDependencies) {}

  get isLive(): boolean {
    return this.connected;
  }

  /** Hears these channels and no others, from now on. */
  follow(channels: string[]): void {
    const names = channels.join();
    if (this.running?.names === names) return;
    this.stop();
    if (channels.length === 0) return;
    this.running = { names, abort: new AbortController() };
    void this.run(channels, this.running.abort.signal);
  }

  stop(): void {
    this.running?.abort.abort();
    this.running = undefined;
    this.become(false);
  }

  private async run(channels: string[], signal: AbortSignal): Promise<void> {
    let lastId: string | undefined;
    while (!signal.aborted) {
      try {
        const response = await this.by.open(channels, lastId, signal);
        const anew = lastId === undefined;
        this.become(true);
        for await (const { id, event, data } of serverSentEvents(response)) {
          if (signal.aborted || event === "close") break;
          lastId = id ?? lastId;
          const frame = read(data);
          if (frame) this.by.hear(frame, anew);
        }
      } catch (error) {
        if (this.by.isRefusal(error)) return this.stop();
      }
      if (signal.aborted) return;
      this.become(false);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  private become(connected: boolean): void {
    if (this.connected === connected) return;
    this.connected = connected;
    this.by.changed();
  }
}

interface ServerSentEvent {
  id?: string;
  event?: string;
  data: string;
}

/** Reads a body of server-sent events (HTML standard, section 9.2), event by event. */
export async function* serverSentEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (rest + part.value).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parse(block);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel();
  }
}

function parse(block: string): ServerSentEvent | undefined {
  const fields = block.split(/\r?\n/).map((line) => {
    const colon = line.indexOf(":");
    return colon < 0
      ? ([line, ""] as const)
      : ([line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")] as const);
  });
  const last = (name: string) => fields.findLast(([field]) => field === name)?.[1];
  const data = fields.filter(([field]) => field === "data").map(([, value]) => value);
  return data.length > 0 ? { id: last("id"), event: last("event"), data: data.join("\n") } : undefined;
}
