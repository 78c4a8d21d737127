// All that the components in Rust do, interface by interface, in one component.

import clock from "signalbox:plugin/clock@1.0.0";
import crypto from "signalbox:plugin/crypto@1.0.0";
import http from "signalbox:plugin/http@1.0.0";
import log from "signalbox:plugin/log@1.0.0";
import state from "signalbox:plugin/state@1.0.0";

const text = (bytes) => String.fromCharCode(...bytes);
const bytes = (ascii) => Uint8Array.from(ascii, (letter) => letter.charCodeAt(0));
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Runs what may fail, and says of a failure what the components in Rust say. */
function attempt(kind, work, say) {
  try {
    return work();
  } catch (failure) {
    throw { kind, code: null, message: say(failure), retryAfterMs: null, remoteStatus: null };
  }
}

const noState = () => "the state cannot be reached";

export const webhooks = {
  parse(ctx, request) {
    if (request.body.length === 0) {
      const message = "there is no body";
      throw { kind: "invalid-input", code: "empty:1", message, retryAfterMs: 7, remoteStatus: 400 };
    }
    const data = {
      method: request.method,
      headers: request.headers.length,
      bytes: request.body.length,
      settings: JSON.parse(ctx.settings),
    };
    return JSON.stringify([{ event: "custom", name: "golden.webhook", occurred_at_ms: ctx.nowMs, data }]);
  },
};

function register(method, body) {
  const request = {
    method,
    url: "https://api.provider.example/webhooks",
    headers: [],
    body: bytes(body),
    secret: "token",
    timeoutMs: 5000,
  };
  return attempt("transient", () => http.send(request).status, (failure) => failure.message);
}

export const setup = {
  subscribe: (_ctx, url) => JSON.stringify({ status: register("POST", url) }),
  unsubscribe: (_ctx, registration) => {
    register("DELETE", registration);
  },
};

export const channel = {
  send() {
    const found = attempt("transient", () => state.get("sent"), noState);
    const count = (found ? found.value[0] : 0) + 1;
    attempt("transient", () => state.put("sent", Uint8Array.of(count), found ? found.version : 0, 60000), noState);
    return { externalId: `golden-${count}`, state: "accepted" };
  },
  pollStatus(_ctx, ids) {
    attempt("transient", () => state.delete("sent"), noState);
    return JSON.stringify(ids.map((id) => ({ event: "status", external_id: id, state: "delivered", occurred_at_ms: 7 })));
  },
};

export const actions = {
  invoke(ctx, name, input, key) {
    log.log("info", name);
    const now = clock.nowMs();
    const random = hex(crypto.random(8));
    const signed = hex(attempt("internal", () => crypto.hmac("sha256", "key", bytes(input)), String));
    const earlier = attempt("internal", () => state.get("runs"), () => "state");
    const runs = earlier ? earlier.value[0] + 1 : 1;
    attempt("internal", () => state.put("runs", Uint8Array.of(runs), null, null), () => "state");
    const request = {
      method: "GET",
      url: `https://api.provider.example/nonce/${random}`,
      headers: [{ name: "x-golden", value: bytes("1") }],
      body: null,
      secret: "token",
      timeoutMs: null,
    };
    const response = attempt("internal", () => http.send(request), (failure) => failure.message);
    const body = JSON.parse(text(response.body));
    const after = clock.nowMs();
    return JSON.stringify({ now, after, random, signed, runs, status: response.status, body, key, attempt: ctx.attempt });
  },
};

export const triggers = {
  poll(ctx, name, cursor) {
    const polls = (Number.parseInt(cursor, 10) || 0) + 1;
    const event = { event: "custom", name: `golden.${name}`, occurred_at_ms: ctx.nowMs, data: { polls } };
    return { events: JSON.stringify([event]), cursor: String(polls), more: polls < 2 };
  },
};

export const enrich = {
  facts: (_ctx, subject) =>
    JSON.stringify([
      { name: "golden", title: "Golden", text: `${subject.length} characters`, data: JSON.parse(subject) },
    ]),
};

export const admin = {
  check: (ctx) =>
    JSON.stringify({
      ok: true,
      account: { id: ctx.connectionId, name: "Golden" },
      checks: [{ name: "settings", ok: true, message: "they are there" }],
    }),
  options: (_ctx, field, search) => JSON.stringify([{ value: field, label: search }]),
  migrateSettings: (ctx, fromVersion) => JSON.stringify({ from: fromVersion, before: JSON.parse(ctx.settings) }),
};
