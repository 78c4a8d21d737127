/** The Pusher protocol (version 7) with resuming, as docs/realtime.md describes it: what is written and what is read. */

export interface Position {
  stream: string;
  epoch: string;
  seq: number;
}

export interface Members {
  ids: string[];
  hash: Record<string, unknown>;
}

/** The data of an event of the log. */
export interface LogEvent extends Position {
  id: string;
  type: string;
  occurred_at: string;
  actor: { kind: string; id?: string };
  conversation_id?: string;
  data: Record<string, unknown>;
}

export interface Frame {
  event: string;
  channel?: string;
  /** Of client events in presence channels: who it was. */
  user_id?: string;
  data: unknown;
}

export const PROTOCOL = 7;
/** Signed out, or no longer allowed. */
export const UNAUTHORIZED = 4009;

/** Reads a frame; its data is the text of JSON, or JSON. */
export function read(text: string): Frame | undefined {
  try {
    const frame = JSON.parse(text) as Frame;
    if (typeof frame.event !== "string") return undefined;
    return { ...frame, data: typeof frame.data === "string" ? JSON.parse(frame.data) : frame.data };
  } catch {
    return undefined;
  }
}

export function write(event: string, data: unknown, channel?: string): string {
  return JSON.stringify({ event, data, ...(channel ? { channel } : {}) });
}

/** Whether an event has a place in a stream. */
export function isLogEvent(data: unknown): data is LogEvent {
  return typeof data === "object" && data !== null && "seq" in data && "epoch" in data && "type" in data;
}

/**
 * What a close code asks of the client: codes from 4000 on never to come back as it is, from 4100 to wait a little, from
 * 4200 to come back at once.
 */
export function afterClose(code: number): "stop" | "wait" | "now" {
  if (code >= 4000 && code < 4100) return "stop";
  return code >= 4200 && code < 4300 ? "now" : "wait";
}
