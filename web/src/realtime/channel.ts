/** One channel: who listens to it, who is in it, and how far it was heard. */

import { type Frame, isLogEvent, type LogEvent, type Members, type Position } from "./protocol";

export interface Listener {
  /** An event of the log; each once, in order. */
  event?: (event: LogEvent) => void;
  /** What is in no log: typing, presence. */
  signal?: (name: string, data: unknown, userId: string | undefined) => void;
  /**
   * From here on nothing is missed, but something may have been before: read everything anew. Comes with the first
   * subscription, and when the server cannot tell what was missed.
   */
  fresh?: () => void;
  members?: (members: ReadonlyMap<string, unknown>) => void;
  /** The channel is not for this person, or not any longer. */
  refused?: () => void;
}

export class Channel {
  private readonly listeners = new Set<Listener>();
  private members: ReadonlyMap<string, unknown> = new Map();
  private epoch: string | undefined;
  private seq = 0;
  private joined = false;

  constructor(readonly name: string) {}

  get isJoined(): boolean {
    return this.joined;
  }

  /** From where to go on; nothing before the first subscription. */
  get place(): { epoch: string; seq: number } | undefined {
    return this.epoch === undefined ? undefined : { epoch: this.epoch, seq: this.seq };
  }

  /** Whether it is the first. */
  add(listener: Listener): boolean {
    this.listeners.add(listener);
    if (this.joined) {
      listener.fresh?.();
      listener.members?.(this.members);
    }
    return this.listeners.size === 1;
  }

  /** How many are left. */
  remove(listener: Listener): number {
    this.listeners.delete(listener);
    return this.listeners.size;
  }

  left(): void {
    this.joined = false;
  }

  /** Forgets where it was: the next subscription is like the first. */
  beginAnew(): void {
    this.epoch = undefined;
    this.seq = 0;
  }

  refused(): void {
    this.joined = false;
    for (const listener of this.listeners) listener.refused?.();
  }

  hear({ event, data, user_id }: Frame): void {
    if (event === "pusher_internal:subscription_succeeded") {
      this.subscribed(data as Partial<Position> & { presence?: Members });
    } else if (event === "pusher_internal:member_added") {
      this.memberAdded(data as { user_id: string; user_info: unknown });
    } else if (event === "pusher_internal:member_removed") {
      this.memberRemoved(data as { user_id: string });
    } else if (event === "signalbox:reset") {
      this.take(data as Position);
      this.fresh();
    } else if (event === "pusher:subscription_error" || event === "signalbox:unsubscribed") {
      this.refused();
    } else if (isLogEvent(data)) {
      this.logEvent(data);
    } else {
      for (const listener of this.listeners) listener.signal?.(event, data, user_id);
    }
  }

  private logEvent(event: LogEvent): void {
    if (event.epoch === this.epoch && event.seq <= this.seq) return;
    this.take(event);
    for (const listener of this.listeners) listener.event?.(event);
  }

  private fresh(): void {
    for (const listener of this.listeners) listener.fresh?.();
  }

  private subscribed({ epoch, seq, presence }: Partial<Position> & { presence?: Members }): void {
    this.joined = true;
    if (presence) this.tell(new Map(Object.entries(presence.hash)));
    // After a break, what was missed comes now, or a reset.
    const first = this.epoch === undefined;
    if (first && epoch !== undefined && seq !== undefined) this.take({ epoch, seq });
    if (first || epoch === undefined) this.fresh();
  }

  private memberAdded({ user_id, user_info }: { user_id: string; user_info: unknown }): void {
    this.tell(new Map(this.members).set(user_id, user_info));
  }

  private memberRemoved({ user_id }: { user_id: string }): void {
    this.tell(new Map([...this.members].filter(([id]) => id !== user_id)));
  }

  private tell(members: ReadonlyMap<string, unknown>): void {
    this.members = members;
    for (const listener of this.listeners) listener.members?.(members);
  }

  private take({ epoch, seq }: { epoch: string; seq: number }): void {
    this.epoch = epoch;
    this.seq = seq;
  }
}
