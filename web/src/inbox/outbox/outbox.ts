/**
 * What was written and is not at the server yet. It is shown at once, kept on the device, and sent in the order in which it
 * was written. Each has a key by which the server knows it: however often it is sent, it arrives once.
 */

import type { components } from "@/api";
import { isOffline, ProblemError, words } from "@/api";
import type { Message } from "../types";

type Schemas = components["schemas"];

export type OutboxBody = ({ kind: "message" } & Schemas["SendMessage"]) | ({ kind: "note" } & Schemas["Say"]);

export interface OutboxEntry {
  /** The idempotency key. */
  key: string;
  conversationId: string;
  body: OutboxBody;
  writtenAt: string;
  /** When it was sent first, if its answer did not come. */
  triedAt?: string;
  /**
   * `refused`: the server has said no, and why. `doubtful`: it may have arrived, so long ago that the server would take it
   * for another if it came again. Nothing happens until the person decides.
   */
  state: "waiting" | "sending" | "refused" | "doubtful";
  problem?: { title: string; detail?: string | null; code: string };
}

export interface OutboxDependencies {
  /** Whether there is a network at all: without one nothing is tried. */
  online: () => boolean;
  send: (entry: OutboxEntry) => Promise<Message>;
  sent: (entry: OutboxEntry, message: Message) => void;
  /** Writes an entry down, or removes it. */
  save: (entry: OutboxEntry) => Promise<unknown>;
  remove: (key: string) => Promise<unknown>;
}

/** Pauses between attempts while the server cannot be reached; the last one again and again. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000];

/** The server knows a key for 24 hours. */
const KEY_IS_GOOD_MS = 23 * 60 * 60_000;

export class Outbox {
  private entries: readonly OutboxEntry[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly busy = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(private readonly by: OutboxDependencies) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly all = (): readonly OutboxEntry[] => this.entries;

  of(conversationId: string): OutboxEntry[] {
    return this.entries.filter((entry) => entry.conversationId === conversationId);
  }

  /** Whether something is on its way there: an event may then speak of what is shown already. */
  isSending(conversationId: string): boolean {
    return this.busy.has(conversationId);
  }

  /** What an earlier page has left. */
  restore(entries: OutboxEntry[]): void {
    const known = new Set(this.entries.map((entry) => entry.key));
    const left = entries
      .filter((entry) => !known.has(entry.key))
      .map((entry): OutboxEntry => (entry.state === "sending" ? { ...entry, state: "waiting" } : entry));
    this.change([...left, ...this.entries].sort((a, b) => a.writtenAt.localeCompare(b.writtenAt)));
    this.flush();
  }

  add(conversationId: string, body: OutboxBody): void {
    const entry: OutboxEntry = {
      key: crypto.randomUUID(),
      conversationId,
      body,
      writtenAt: new Date().toISOString(),
      state: "waiting",
    };
    this.change([...this.entries, entry]);
    void this.by.save(entry);
    this.flush();
  }

  /** Once more, under the same key: if it did arrive after all, it is not sent twice. */
  retry(key: string): void {
    this.put(key, { state: "waiting", problem: undefined, triedAt: undefined });
    this.flush();
  }

  /** In other words, in the same place: under another key, since it is another message. */
  reword(key: string, text: string): void {
    const old = this.entries.find((entry) => entry.key === key);
    if (!old) return;
    const fresh: OutboxEntry = {
      ...old,
      key: crypto.randomUUID(),
      body: withText(old.body, text),
      state: "waiting",
      problem: undefined,
      triedAt: undefined,
    };
    this.change(this.entries.map((entry) => (entry.key === key ? fresh : entry)));
    void this.by.save(fresh);
    void this.by.remove(key);
    this.flush();
  }

  /** Forgets everything that waits here; what is kept on the device stays there. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.failures = 0;
    this.change([]);
  }

  discard(key: string): OutboxEntry | undefined {
    const entry = this.entries.find((one) => one.key === key);
    this.change(this.entries.filter((one) => one.key !== key));
    void this.by.remove(key);
    return entry;
  }

  /** Sends what waits, at once: the connection is back. */
  readonly flush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const conversationId of new Set(this.entries.map((entry) => entry.conversationId))) {
      void this.work(conversationId);
    }
  };

  private async work(conversationId: string): Promise<void> {
    if (this.busy.has(conversationId) || !this.by.online()) return;
    this.busy.add(conversationId);
    try {
      let next = this.next(conversationId);
      while (next && (await this.attempt(next))) next = this.next(conversationId);
    } finally {
      this.busy.delete(conversationId);
      this.tell();
    }
  }

  private next(conversationId: string): OutboxEntry | undefined {
    return this.of(conversationId).find((entry) => entry.state === "waiting");
  }

  /** False: nothing can be sent at the moment. */
  private async attempt(entry: OutboxEntry): Promise<boolean> {
    if (isOld(entry)) {
      this.put(entry.key, { state: "doubtful" });
      return true;
    }
    this.put(entry.key, { state: "sending", triedAt: entry.triedAt ?? new Date().toISOString() });
    try {
      const message = await this.by.send(entry);
      // Forgotten meanwhile: the person has signed out.
      if (!this.entries.some((one) => one.key === entry.key)) return false;
      this.failures = 0;
      this.by.sent(entry, message);
      this.discard(entry.key);
      return true;
    } catch (error) {
      if (!this.entries.some((one) => one.key === entry.key)) return false;
      if (mayPass(error)) {
        this.put(entry.key, { state: "waiting" });
        this.later();
        return false;
      }
      this.put(entry.key, { state: "refused", problem: told(error) });
      return true;
    }
  }

  private later(): void {
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)];
    this.failures += 1;
    this.timer ??= setTimeout(this.flush, pause);
  }

  private put(key: string, change: Partial<OutboxEntry>): void {
    this.change(this.entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)));
    const entry = this.entries.find((one) => one.key === key);
    if (entry) void this.by.save(entry);
  }

  private change(entries: readonly OutboxEntry[]): void {
    this.entries = entries;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function isOld({ triedAt }: OutboxEntry): boolean {
  return triedAt !== undefined && Date.now() - Date.parse(triedAt) > KEY_IS_GOOD_MS;
}

function withText(body: OutboxBody, text: string): OutboxBody {
  return body.kind === "note" ? { ...body, text } : { ...body, content: { type: "text", text } };
}

/** The server was not reached, or could not do it just now; a first request with the same key may still run. */
function mayPass(error: unknown): boolean {
  if (isOffline(error)) return true;
  if (!(error instanceof ProblemError)) return false;
  return ["in_progress", "too_many_requests", "unavailable", "overloaded", "timed_out"].includes(error.code);
}

function told(error: unknown): OutboxEntry["problem"] {
  const { title, detail } = words(error);
  return { title, detail, code: error instanceof ProblemError ? error.code : "internal" };
}
