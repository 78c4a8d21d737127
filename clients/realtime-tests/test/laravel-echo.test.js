// Laravel Echo with its pusher connector, as it comes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import LaravelEcho from "laravel-echo";
import Pusher from "pusher-js";
import { room, say, settings, signIn } from "./signalbox.js";

const Echo = LaravelEcho.default ?? LaravelEcho;
let me;
let echo;

before(async () => {
  me = await signIn();
  const { channelAuthorization, ...rest } = settings(me);
  const { endpoint, headers } = channelAuthorization;
  const auth = { authEndpoint: endpoint, auth: { headers } };
  echo = new Echo({ broadcaster: "pusher", Pusher, key: me.connecting.key, ...rest, ...auth });
});
after(() => echo.disconnect());

test("it joins, listens and whispers", async () => {
  const id = await room(me);
  const members = await new Promise((resolve, reject) => {
    echo.join("inbox").here(resolve).error(reject);
  });
  assert.equal(members.length, 1);

  const told = new Promise((resolve, reject) => {
    // A name that begins with a dot is taken as it is, without a namespace before it.
    const channel = echo.private(`conversation-${id}`).listen(".message.created", resolve).error(reject);
    channel.subscribed(() => say(me, id, "hello"));
  });
  const { data } = await told;
  assert.equal(data.message.preview, "hello");
  echo.leave(`conversation-${id}`);
});
