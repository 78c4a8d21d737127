// The server library `pusher`, as it comes: it authorises, publishes, and sees who is there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Server from "pusher";
import Pusher from "pusher-js";
import { heard, once, server, settings, signIn } from "./signalbox.js";

let me;
let publisher;
const open = [];

before(async () => {
  me = await signIn();
  publisher = new Server(await server(me));
});
after(() => open.forEach((pusher) => pusher.disconnect()));

/** A client whose channels the tenant's own server authorises. */
function connect(name) {
  const { channelAuthorization, ...rest } = settings(me);
  const authorizer = {
    customHandler: ({ socketId, channelName }, callback) => {
      const data = channelName.startsWith("presence-") ? { user_id: name, user_info: { name } } : undefined;
      callback(null, publisher.authorizeChannel(socketId, channelName, data));
    },
  };
  const pusher = new Pusher(me.connecting.key, { ...rest, channelAuthorization: authorizer });
  open.push(pusher);
  return pusher;
}

test("it authorises and publishes in channels of the tenant's own", async () => {
  const [one, other] = [connect("one"), connect("other")];
  const channels = [one, other].map((pusher) => pusher.subscribe("private-orders"));
  await Promise.all(channels.map(heard));
  const told = channels.map((channel) => once(channel, "shipped"));
  await publisher.trigger("private-orders", "shipped", { order: 7 });
  for (const { data } of await Promise.all(told)) assert.deepEqual(data, { order: 7 });

  let told_itself = false;
  channels[0].bind("again", () => (told_itself = true));
  const elsewhere = once(channels[1], "again");
  await publisher.triggerBatch([
    { channel: "private-orders", name: "again", data: { order: 8 }, socket_id: one.connection.socket_id },
  ]);
  assert.deepEqual((await elsewhere).data, { order: 8 });
  assert.equal(told_itself, false);
});

test("it sees who is there", async () => {
  const pusher = connect("ada");
  await heard(pusher.subscribe("presence-shop"));
  const answer = async (path, params) => (await publisher.get({ path, params })).json();
  const listed = await answer("/channels", { filter_by_prefix: "presence-shop", info: "user_count" });
  assert.deepEqual(listed, { channels: { "presence-shop": { user_count: 1 } } });
  assert.deepEqual(await answer("/channels/presence-shop/users"), { users: [{ id: "ada" }] });
  assert.equal((await answer("/channels/presence-shop")).occupied, true);
});

test("it publishes nothing in ours, and nothing without the secret", async () => {
  const status = (promise) => promise.then(() => 200, (error) => error.status);
  assert.equal(await status(publisher.trigger("presence-inbox", "message.created", {})), 403);
  const impostor = new Server({ ...(await server(me)), secret: "made-up" });
  assert.equal(await status(impostor.trigger("private-orders", "shipped", {})), 401);
});
