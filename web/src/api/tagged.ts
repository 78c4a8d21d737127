/** Things that are changed in the version that one has seen: read with their `ETag`, written with `If-Match`. */

import { ok } from "signalbox-client";

export interface Tagged<T> {
  value: T;
  tag: string;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was read, with its tag. */
export async function tagged<T>(answer: Promise<Answer<T>>): Promise<Tagged<T>> {
  const given = await answer;
  const value = await ok<T>(Promise.resolve(given));
  return { value, tag: given.response.headers.get("ETag") ?? "" };
}
