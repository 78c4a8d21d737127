// Webhooks of the provider into events.

import { PluginError } from "./errors.js";

/** The events of one webhook. */
export function parse(context, request) {
  const raw = body(request);
  const at = (raw.at ?? 0) * 1000;
  switch (raw.type) {
    case "message":
      return [
        {
          event: "message",
          external_id: raw.id,
          sender: { ids: [{ kind: "phone", value: raw.from }], name: raw.name, phone: raw.from },
          occurred_at_ms: at,
          content: { type: "text", text: raw.text },
        },
      ];
    case "status":
      return [{ event: "status", external_id: raw.id, state: raw.state, occurred_at_ms: at }];
    default:
      // What is not known here is kept, never lost. Times of the contract are 64-bit numbers.
      return [{ event: "custom", name: "lamps-js.webhook", occurred_at_ms: Number(context.nowMs), data: raw }];
  }
}

function body(request) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(request.body));
  } catch (error) {
    throw new PluginError("invalid-input", `the body: ${error.message}`);
  }
}
