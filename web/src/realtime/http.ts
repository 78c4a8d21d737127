/** The realtime routes over HTTP, as the person who is signed in. */

import { api, ok, ProblemError, session } from "@/api";
import type { Authorization } from "./client";

/** One stream tells no more channels. */
const MOST_CHANNELS = 20;

/** Whether it is the server's last word: not for this person. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && (error.problem.status === 403 || error.problem.status === 404);
}

/** Where the socket is. */
export async function socketAddress(): Promise<string> {
  const { path } = await ok(api.GET("/api/v1/realtime"));
  const { protocol, host } = location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${path}`;
}

export function authorize(socketId: string, channel: string): Promise<Authorization> {
  return ok(api.POST("/api/v1/realtime/auth", { body: { socket_id: socketId, channel_name: channel } }));
}

/** The same as a stream, which the typed client would wait for the end of. */
export async function openStream(
  channels: string[],
  lastId: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const names = encodeURIComponent(channels.slice(0, MOST_CHANNELS).join(","));
  const headers = new Headers({ Authorization: `Bearer ${await session.accessToken()}` });
  if (lastId) headers.set("Last-Event-ID", lastId);
  const response = await fetch(`/api/v1/realtime/events?channels=${names}`, { headers, signal });
  if (!response.ok) throw new ProblemError(await response.json());
  return response;
}
