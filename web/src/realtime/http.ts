/** The realtime routes over HTTP, as the person who is signed in. */

import { session } from "@/api";
import type { Authorization } from "./client";

/** One stream tells no more of them. */
const MOST_CHANNELS = 20;

/** The server's last word: not for this person. */
export class RealtimeRefused extends Error {}

/** Where the socket is. */
export async function socketAddress(): Promise<string> {
  const response = await request("/api/v1/realtime");
  const { path } = (await response.json()) as { path: string };
  const { protocol, host } = location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${path}`;
}

export async function authorize(socketId: string, channel: string): Promise<Authorization> {
  const response = await request("/api/v1/realtime/auth", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ socket_id: socketId, channel_name: channel }),
  });
  return (await response.json()) as Authorization;
}

/** The same as a stream. */
export function openStream(channels: string[], lastId: string | undefined, signal: AbortSignal): Promise<Response> {
  const names = encodeURIComponent(channels.slice(0, MOST_CHANNELS).join(","));
  const headers: Record<string, string> = lastId ? { "Last-Event-ID": lastId } : {};
  return request(`/api/v1/realtime/events?channels=${names}`, { headers, signal });
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${await session.accessToken()}`);
  const response = await fetch(path, { ...init, headers });
  if (response.status === 403 || response.status === 404) throw new RealtimeRefused(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response;
}
