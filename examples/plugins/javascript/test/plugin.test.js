// The code natively, without a host. `signalbox plugin test` replays the fixtures inside the sandbox as well.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { check } from "../src/check.js";
import { parse } from "../src/parse.js";
import { send } from "../src/send.js";

const text = (value) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const answering = (status, body) => {
  const requests = [];
  const http = (request) => {
    requests.push(request);
    return { status, headers: [], body: text(body) };
  };
  return { http, requests };
};
const message = {
  message_id: "ours-1",
  to: [{ kind: "phone", value: "+15550100001" }],
  content: { type: "text", text: "It is." },
};

// The host adds what the contract leaves out of an event that does not say it.
const completed = (event) =>
  event.event === "message" ? { forwarded: false, echo: false, ...event } : event;

const folder = new URL("../fixtures/", import.meta.url);
for (const name of readdirSync(folder)) {
  test(`fixture ${name}`, () => {
    const fixture = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    const { json, text: plain } = fixture.request;
    const call = () => parse({ nowMs: BigInt(fixture.now_ms ?? 0) }, { body: text(plain ?? json) });
    if (fixture.error) {
      assert.throws(call, (error) => error.payload.kind.replaceAll("-", "_") === fixture.error);
    } else {
      assert.deepEqual(call().map(completed), fixture.events);
    }
  });
}

test("a text is sent", () => {
  const { http, requests } = answering(202, { id: "m-2" });
  const receipt = send({ number: "+15550100000" }, http, message);
  assert.deepEqual(receipt, { externalId: "m-2", state: "accepted" });
  assert.equal(requests[0].secret, "api_key");
  const sent = JSON.parse(new TextDecoder().decode(requests[0].body));
  assert.deepEqual(sent, { from: "+15550100000", to: "+15550100001", text: "It is.", reference: "ours-1" });
});

test("a send that may have arrived is not repeated", () => {
  const failing = (requestSent) => () => {
    throw Object.assign(new Error("failed"), { payload: { kind: "timeout", message: "no answer", requestSent } });
  };
  assert.equal(send({}, failing(true), message).state, "unconfirmed");
  assert.throws(() => send({}, failing(false), message), (error) => error.payload.kind === "transient");
  const { http } = answering(429, {});
  assert.throws(() => send({}, http, message), (error) => error.payload.kind === "rate-limited");
});

test("the connection test says whose key it is", () => {
  assert.equal(check(answering(200, { id: "7", name: "Lamp Shop" }).http).account.name, "Lamp Shop");
  assert.equal(check(answering(401, {}).http).ok, false);
});
