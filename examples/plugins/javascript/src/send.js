// Messages to the provider.

import { PluginError, ofResponse } from "./errors.js";

/** Hands one message to the provider through `http`, the host's. */
export function send(settings, http, message) {
  if (message.content.type !== "text") {
    throw new PluginError("unsupported", `only text can be sent, not ${message.content.type}`);
  }
  const to = message.to.find((id) => id.kind === "phone")?.value;
  if (!to) {
    throw new PluginError("invalid-input", "the contact has no telephone number");
  }
  const body = { from: settings.number, to, text: message.content.text, reference: message.message_id };
  let response;
  try {
    response = http({
      method: "POST",
      url: "https://api.example.com/messages",
      headers: [{ name: "content-type", value: new TextEncoder().encode("application/json") }],
      body: new TextEncoder().encode(JSON.stringify(body)),
      secret: "api_key",
      timeoutMs: undefined,
    });
  } catch (thrown) {
    // The failure of `http.send`. The provider may have the message: only a status can tell.
    const failure = thrown.payload;
    if (failure?.requestSent) {
      return { externalId: undefined, state: "unconfirmed" };
    }
    throw new PluginError("transient", failure?.message ?? String(thrown));
  }
  if (response.status < 200 || response.status > 299) {
    throw ofResponse(response);
  }
  return { externalId: idOf(response), state: "accepted" };
}

/** It has the message, even if its answer cannot be read. */
function idOf(response) {
  try {
    return JSON.parse(new TextDecoder().decode(response.body)).id;
  } catch {
    return undefined;
  }
}
