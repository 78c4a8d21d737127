/**
 * A small client of the realtime server: one WebSocket, channels with authorization, and a place in each stream, from which
 * it goes on after a break: nothing is missed, nothing comes twice.
 */

import { Backoff } from "./backoff";
import { Channel, type Listener } from "./channel";
import { Heartbeat } from "./heartbeat";
import { afterClose, type Frame, PROTOCOL, read, UNAUTHORIZED, write } from "./protocol";

export type LinkState = "connecting" | "live" | "down";

export interface Authorization {
  auth: string;
  channel_data?: string;
}

export interface Dependencies {
  /** The address of the socket, without its query. */
  address: () => Promise<string>;
  authorize: (socketId: string, channel: string) => Promise<Authorization>;
  open: (url: string) => WebSocket;
  /** Whether there is a network at all: without one nothing is tried. */
  online: () => boolean;
  /** The session that the connection was for is over, or seems to be. */
  unauthorized: () => void;
  /** Whether an error of `authorize` is the server's last word. */
  isRefusal: (error: unknown) => boolean;
}

/** A socket that has not opened by then never will. */
const OPEN_WITHIN_MS = 10_000;

export class RealtimeClient {
  private readonly channels = new Map<string, Channel>();
  private readonly listeners = new Set<() => void>();
  private readonly backoff = new Backoff();
  private readonly heartbeat = new Heartbeat({
    ping: () => this.send("pusher:ping", {}),
    lost: () => this.socket?.close(),
  });
  private socket: WebSocket | undefined;
  private socketId: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private current: LinkState = "down";

  constructor(private readonly by: Dependencies) {}

  get state(): LinkState {
    return this.current;
  }

  /** Attempts in a row that led nowhere. */
  get failures(): number {
    return this.backoff.failures;
  }

  /** What is heard, or is to be. */
  get channelNames(): string[] {
    return [...this.channels.keys()].sort();
  }

  /** Told when the state changes, when an attempt has failed, and when other channels are to be heard. */
  readonly onState = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    this.drop();
    this.channels.clear();
    this.become("down");
  }

  /** The network is back: no reason to wait any longer. */
  readonly hurry = (): void => {
    if (!this.running || this.socket) return;
    clearTimeout(this.timer);
    void this.connect();
  };

  /** Hears a channel until the result is called. Several may hear the same. */
  subscribe(name: string, listener: Listener): () => void {
    let channel = this.channels.get(name);
    if (!channel) {
      channel = new Channel(name);
      this.channels.set(name, channel);
    }
    const first = channel.add(listener);
    if (first && this.socketId) void this.join(channel);
    if (first) this.tell();
    return () => this.leave(name, listener);
  }

  /** Tells the others in a channel, if one is in it. */
  trigger(channel: string, event: string, data: unknown): void {
    if (this.channels.get(channel)?.isJoined) this.send(event, data, channel);
  }

  private leave(name: string, listener: Listener): void {
    const channel = this.channels.get(name);
    if (!channel || channel.remove(listener) > 0) return;
    this.channels.delete(name);
    if (this.socketId) this.send("pusher:unsubscribe", { channel: name });
    this.tell();
  }

  /** What another source has heard in a channel. `anew`: what was before is not known. */
  overhear(frame: Frame, anew: boolean): void {
    const channel = frame.channel ? this.channels.get(frame.channel) : undefined;
    if (anew && frame.event === "pusher_internal:subscription_succeeded") channel?.beginAnew();
    channel?.hear(frame);
  }

  /** The other source says how it is. */
  readonly tell = (): void => {
    for (const listener of this.listeners) listener();
  };

  private async connect(): Promise<void> {
    if (!this.by.online()) {
      this.become("down");
      return;
    }
    this.become("connecting");
    try {
      const address = await this.by.address();
      if (!this.running || this.socket) return;
      const socket = this.by.open(`${address}?protocol=${PROTOCOL}&client=signalbox-console&version=1&flash=false`);
      this.socket = socket;
      this.timer = setTimeout(() => socket.close(), OPEN_WITHIN_MS);
      socket.onmessage = ({ data }) => this.socket === socket && this.hear(String(data));
      socket.onclose = ({ code }) => this.socket === socket && this.closed(code);
    } catch {
      this.closed(1006);
    }
  }

  private closed(code: number): void {
    this.drop();
    if (!this.running) return;
    this.become("down");
    if (code === UNAUTHORIZED) this.by.unauthorized();
    const after = afterClose(code);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), this.backoff.next(after));
    this.tell();
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    this.socketId = undefined;
    this.heartbeat.stop();
    clearTimeout(this.timer);
    for (const channel of this.channels.values()) channel.left();
    socket?.close();
  }

  private hear(text: string): void {
    this.heartbeat.heard();
    const frame = read(text);
    if (!frame) return;
    if (frame.event === "pusher:connection_established") this.established(frame);
    else if (frame.event === "pusher:ping") this.send("pusher:pong", {});
    else if (frame.channel) this.channels.get(frame.channel)?.hear(frame);
  }

  private established({ data }: Frame): void {
    const { socket_id, activity_timeout } = data as { socket_id: string; activity_timeout: number };
    clearTimeout(this.timer);
    this.socketId = socket_id;
    this.backoff.reset();
    this.heartbeat.start(activity_timeout * 1000);
    this.become("live");
    for (const channel of this.channels.values()) void this.join(channel);
  }

  private async join(channel: Channel): Promise<void> {
    const { socketId } = this;
    if (!socketId) return;
    try {
      const authorization = await this.by.authorize(socketId, channel.name);
      if (this.socketId !== socketId || this.channels.get(channel.name) !== channel) return;
      this.send("pusher:subscribe", { channel: channel.name, ...authorization, resume: channel.place });
    } catch (error) {
      if (this.by.isRefusal(error)) channel.refused();
      // Without an answer: like a lost connection, which is tried again as a whole.
      else if (this.socketId === socketId) this.socket?.close();
    }
  }

  private send(event: string, data: unknown, channel?: string): void {
    if (this.socket?.readyState === 1) this.socket.send(write(event, data, channel));
  }

  private become(state: LinkState): void {
    if (this.current === state) return;
    this.current = state;
    this.tell();
  }
}
