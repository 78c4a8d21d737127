/** What the API answers to tests. */

import { ok } from "signalbox-client";

export { ok };

/** What was read, with the tag that a change of it must name. */
export async function tagged<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>) {
  const given = await answer;
  return { value: await ok<T>(Promise.resolve(given)), tag: given.response.headers.get("ETag") ?? "" };
}
