/** The API itself: every operation by its method and path, with the types of its parameters, body and answers. */

import createClient, { type Client as FetchClient, type Middleware } from "openapi-fetch";
import type { paths } from "./schema.js";

/** Somebody at the API. */
export type Client = FetchClient<paths>;

/**
 * Somebody with a token: an API key as it is, or whatever gives the access token of the moment.
 *
 * @param baseUrl Where Signalbox is, without `/api/v1`.
 */
export function connect(baseUrl: string, token?: string | (() => Promise<string>)): Client {
  const client = createClient<paths>({ baseUrl });
  if (token !== undefined) {
    client.use(bearer(typeof token === "string" ? async () => token : token));
  }
  return client;
}

function bearer(token: () => Promise<string>): Middleware {
  return {
    async onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${await token()}`);
      return request;
    },
  };
}
